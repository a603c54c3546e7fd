// SPDX-License-Identifier: Apache-2.0
#include "output/json.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/mman.h>

#include <array>

#include "base/file.h"
#include "output/record_for_test.h"
#include "tests/support/project_file.h"

namespace pwru::output {
namespace {

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  EXPECT_FALSE(document.HasParseError()) << text;
  return document;
}

std::string print(const rapidjson::Value& value) {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  value.Accept(writer);
  return text.GetString();
}

const rapidjson::SchemaDocument& schema() {
  static const rapidjson::Document text = parse(test::read_project_file("docs/event.schema.json"));
  static const rapidjson::SchemaDocument document(text);
  return document;
}

bool is_valid(const rapidjson::Value& record) {
  rapidjson::SchemaValidator validator(schema());
  return record.Accept(validator);
}

// Writes records into memory; every one must be a line, and valid.
class Stream {
 public:
  explicit Stream(JsonStyle style = {})
      : fd_(::memfd_create("stream", MFD_CLOEXEC)), sink_(LineBuffer(fd_.get(), "stream"), style) {}

  rapidjson::Document event(const resolve::Record& event) { return parsed(sink_.event(event)); }
  rapidjson::Document lost(const event::Loss& loss) { return parsed(sink_.lost(loss)); }
  rapidjson::Document missed(const event::Miss& miss) { return parsed(sink_.missed(miss)); }
  rapidjson::Document summary(const event::Counters& all) { return parsed(sink_.summary(all)); }
  // Of the last record.
  [[nodiscard]] const std::string& line() const { return line_; }

 private:
  rapidjson::Document parsed(const Result<>& result) {
    EXPECT_TRUE(result) << result.error().what;
    EXPECT_TRUE(sink_.flush());
    std::array<char, 8192> room;
    const ssize_t size = ::pread(fd_.get(), room.data(), room.size(), seen_);
    seen_ += size;
    line_.assign(room.data(), static_cast<size_t>(size));
    EXPECT_EQ(line_.find('\n'), line_.size() - 1) << line_;
    rapidjson::Document document = parse(line_);
    EXPECT_TRUE(is_valid(document)) << line_;
    return document;
  }

  UniqueFd fd_;
  JsonSink sink_;
  off_t seen_ = 0;
  std::string line_;
};

TEST(JsonSink, AnEvent) {
  Stream stream;
  stream.event(tcp_record());
  EXPECT_EQ(stream.line(),
            R"({"version":1,"type":"function","ts_ns":5000000100,"skb":"0xffff888012345600",)"
            R"("cpu":2,"process":"curl:4242","comm":"curl","pid":4242,"func":"ip_rcv",)"
            R"("func_addr":"0xffffffff81000100","netns":4026531840,"mark":48879,)"
            R"("iface":"eth0:3","ifindex":3,"proto":2048,"mtu":1500,"len":60,)"
            R"("tuple":{"saddr":"10.9.0.1","daddr":"1.0.0.1","sport":40000,"dport":8080,)"
            R"("proto":6,"flags":"SYN|ACK","fragment":false}})"
            "\n");
}

TEST(JsonSink, ZerosAreThere) {
  resolve::Record hit;
  hit.packet.has_meta = true;
  const auto record = Stream().event(hit);
  for (const char* name : {"cpu", "pid", "netns", "mark", "ifindex", "proto", "mtu", "len"}) {
    ASSERT_TRUE(record.HasMember(name)) << name;
    EXPECT_EQ(record[name].GetUint(), 0u) << name;
  }
  EXPECT_STREQ(record["iface"].GetString(), "0");
  EXPECT_FALSE(record.HasMember("tuple"));
  EXPECT_FALSE(record.HasMember("packet_id"));
}

using resolve::End;

TEST(JsonSink, ADropHasItsReason) {
  resolve::Record hit = tcp_record();
  hit.function = "kfree_skb_reason";
  hit.end = End{End::Kind::Dropped, "SKB_DROP_REASON_NO_SOCKET"};
  Stream stream;
  auto record = stream.event(hit);
  EXPECT_STREQ(record["func"].GetString(), "kfree_skb_reason(SKB_DROP_REASON_NO_SOCKET)");
  EXPECT_STREQ(record["drop_reason"].GetString(), "SKB_DROP_REASON_NO_SOCKET");
  hit.end = End{End::Kind::Dropped, "99", true};
  record = stream.event(hit);
  EXPECT_STREQ(record["func"].GetString(), "kfree_skb_reason (99)");
  EXPECT_STREQ(record["drop_reason"].GetString(), "99");
  EXPECT_STREQ(record["end"].GetString(), "dropped");
}

TEST(JsonSink, OtherEndsHaveNoReason) {
  resolve::Record hit = tcp_record();
  Stream stream;
  EXPECT_FALSE(stream.event(hit).HasMember("end"));
  const auto expect = [&](const char* function, const End& end, const char* func,
                          const char* kind) {
    hit.function = function;
    hit.end = end;
    const auto record = stream.event(hit);
    EXPECT_STREQ(record["func"].GetString(), func);
    ASSERT_TRUE(record.HasMember("end")) << func;
    EXPECT_STREQ(record["end"].GetString(), kind);
    EXPECT_FALSE(record.HasMember("drop_reason"));
    EXPECT_FALSE(record.HasMember("freed_by"));
  };
  expect("sk_skb_reason_drop", {End::Kind::Consumed, "consumed"}, "sk_skb_reason_drop(consumed)",
         "consumed");
  expect("sk_skb_reason_drop", {End::Kind::Freed, "freed"}, "sk_skb_reason_drop(freed)", "freed");
  expect("consume_skb", {End::Kind::Consumed, ""}, "consume_skb", "consumed");
}

TEST(JsonSink, WithoutReasonsItSaysWhoFreed) {
  resolve::Record hit = tcp_record();
  hit.function = "kfree_skb";
  hit.end = End{End::Kind::Freed, "ip_rcv+0x15", false, true};
  const auto record = Stream().event(hit);
  EXPECT_STREQ(record["func"].GetString(), "kfree_skb(ip_rcv+0x15)");
  EXPECT_STREQ(record["end"].GetString(), "freed");
  EXPECT_STREQ(record["freed_by"].GetString(), "ip_rcv+0x15");
  EXPECT_FALSE(record.HasMember("drop_reason"));
}

TEST(JsonSink, AVerdictIsANameOrANumber) {
  resolve::Record hit = tcp_record();
  hit.type = PWRU_EVENT_TC_EXIT;
  hit.verdict = resolve::Verdict{2, "TC_ACT_SHOT", true};
  EXPECT_STREQ(Stream().event(hit)["verdict"].GetString(), "TC_ACT_SHOT");
  hit.verdict = resolve::Verdict{-1234, "", false};
  EXPECT_STREQ(Stream().event(hit)["verdict"].GetString(), "-1234");
}

TEST(JsonSink, ANamespaceHasItsNameIfItIsKnown) {
  resolve::Record hit = tcp_record();
  EXPECT_FALSE(Stream().event(hit).HasMember("netns_name"));
  hit.netns_name = "blue";
  EXPECT_STREQ(Stream().event(hit)["netns_name"].GetString(), "blue");
}

TEST(JsonSink, IdentitiesKeepAllTheirBits) {
  resolve::Record hit = tcp_record();
  hit.packet.id = 1023ull << 48 | 7;
  const auto record = Stream().event(hit);
  EXPECT_STREQ(record["packet_id"].GetString(), "0x3ff000000000007");
}

TEST(JsonSink, AParentIsThereIfThePacketHasOne) {
  resolve::Record hit = tcp_record();
  hit.packet.id = 2;
  EXPECT_FALSE(Stream().event(hit).HasMember("parent_packet_id"));
  hit.packet.parent_id = 1023ull << 48 | 7;
  const auto record = Stream().event(hit);
  EXPECT_STREQ(record["parent_packet_id"].GetString(), "0x3ff000000000007");
}

TEST(JsonSink, Ipv6HasNoBrackets) {
  resolve::Record hit = tcp_record();
  hit.packet.tuple.is_v6 = true;
  hit.packet.tuple.l4_proto = IPPROTO_ICMPV6;
  hit.packet.tuple.has_ports = false;
  hit.packet.tuple.has_icmp = true;
  hit.packet.tuple.icmp_type = 128;
  std::memset(hit.packet.tuple.saddr, 0, 16);
  std::memset(hit.packet.tuple.daddr, 0, 16);
  hit.packet.tuple.saddr[15] = 1;
  hit.packet.tuple.daddr[0] = 0xfe;
  const auto record = Stream().event(hit);
  EXPECT_EQ(print(record["tuple"]),
            R"({"saddr":"::1","daddr":"fe00::","proto":58,"icmp_type":128,"icmp_code":0,)"
            R"("fragment":false})");
}

TEST(JsonSink, EspHasItsSpi) {
  resolve::Record hit = tcp_record();
  hit.packet.tuple.l4_proto = IPPROTO_ESP;
  hit.packet.tuple.has_ports = false;
  hit.packet.tuple.has_spi = true;
  hit.packet.tuple.spi = 0xffffffff;
  const auto record = Stream().event(hit);
  EXPECT_EQ(
      print(record["tuple"]),
      R"({"saddr":"10.9.0.1","daddr":"1.0.0.1","proto":50,"spi":4294967295,"fragment":false})");
}

TEST(JsonSink, ALaterFragmentHasNeitherPortsNorFlags) {
  resolve::Record hit = tcp_record();
  hit.packet.tuple.is_later_fragment = true;
  hit.packet.tuple.has_ports = false;
  const auto record = Stream().event(hit);
  EXPECT_EQ(print(record["tuple"]),
            R"({"saddr":"10.9.0.1","daddr":"1.0.0.1","proto":6,"fragment":true})");
}

TEST(JsonSink, TimeAsItWasAskedFor) {
  resolve::Record hit = tcp_record();
  hit.since_last_ns = 250;
  hit.wall_time = "2026-11-22T16:05:05.123456+01:00";
  EXPECT_FALSE(Stream().event(hit).HasMember("time"));
  EXPECT_EQ(Stream({TimeColumn::Current}).event(hit)["time"].GetUint64(), 5'000'000'100u);
  EXPECT_STREQ(Stream({TimeColumn::Absolute}).event(hit)["time"].GetString(),
               "2026-11-22T16:05:05.123456+01:00");
  const auto record = Stream({TimeColumn::Relative}).event(hit);
  EXPECT_EQ(record["time"].GetUint64(), 250u);
  EXPECT_EQ(record["ts_ns"].GetUint64(), 5'000'000'100u);
}

TEST(JsonSink, CallerStackAndControlBuffer) {
  const std::array<std::string_view, 2> stack = {"ip_rcv+0x10", "not_probed+0x1"};
  const std::array<uint32_t, 5> cb = {0, 1, 2, 3, 0xffffffff};
  resolve::Record hit = tcp_record();
  EXPECT_FALSE(Stream().event(hit).HasMember("caller_func"));
  hit.stack = stack;
  hit.cb = cb;
  hit.caller = "ip_rcv+0x15";
  hit.caller_addr = 0xffffffff81000115;
  const auto record = Stream().event(hit);
  EXPECT_STREQ(record["caller_func"].GetString(), "ip_rcv+0x15");
  EXPECT_STREQ(record["caller_addr"].GetString(), "0xffffffff81000115");
  EXPECT_EQ(print(record["stack"]), R"(["ip_rcv+0x10","not_probed+0x1"])");
  EXPECT_EQ(print(record["cb"]), "[0,1,2,3,4294967295]");
}

TEST(JsonSink, DumpsAndValues) {
  const std::array<resolve::Value, 2> values = {{{"len", "60"}, {"dev->name", "\"eth0\""}}};
  resolve::Record hit = tcp_record();
  hit.values = values;
  hit.skb_dump = "(struct sk_buff){\n\t.len = (u32)60,\n}";
  hit.shared_info_dump = "(struct skb_shared_info){\n}";
  const auto record = Stream().event(hit);
  EXPECT_STREQ(record["skb_metadata"].GetString(), "(struct sk_buff){\n\t.len = (u32)60,\n}");
  EXPECT_STREQ(record["skb_shared_info"].GetString(), "(struct skb_shared_info){\n}");
  EXPECT_EQ(print(record["metadata"]), R"({"len":"60","dev->name":"\"eth0\""})");
}

TEST(JsonSink, ACallOfABpfMap) {
  const std::array<uint8_t, 2> key = {0x0a, 0xff};
  const std::array<uint8_t, 3> value = {0, 0x22, 0x5c};
  resolve::Record hit = tcp_record();
  EXPECT_FALSE(Stream().event(hit).HasMember("bpf_map"));
  resolve::MapCall& call = hit.map_call.emplace();
  call.op = PWRU_MAP_UPDATE;
  call.id = 7;
  call.name = "flows";
  call.key = std::as_bytes(std::span(key));
  call.value = std::as_bytes(std::span(value));
  EXPECT_EQ(print(Stream().event(hit)["bpf_map"]),
            R"({"id":7,"name":"flows","key":"0aff","value":"00225c"})");
  call.op = PWRU_MAP_DELETE;
  call.value = {};
  EXPECT_EQ(print(Stream().event(hit)["bpf_map"]), R"({"id":7,"name":"flows","key":"0aff"})");
}

TEST(JsonSink, NamesOfAnyBytes) {
  resolve::Record hit = tcp_record();
  const auto comm = [&](std::string_view name) {
    hit.packet.comm = name;
    return std::string(Stream().event(hit)["comm"].GetString());
  };
  EXPECT_EQ(comm("a\"b\\c\nd\x01"), "a\"b\\c\nd\x01");
  EXPECT_EQ(comm("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(comm("a\xff\xc3"), "a\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(comm("\xed\xa0\x80\xc0\xaf").substr(0, 3), "\xef\xbf\xbd");
  comm("sixteen-bytes-xx");
  hit.packet.ifname = "sixteen-bytes-xx";
  hit.packet.ifindex = UINT32_MAX;
  hit.packet.pid = UINT32_MAX;
  const auto record = Stream().event(hit);
  EXPECT_STREQ(record["process"].GetString(), "sixteen-bytes-xx:4294967295");
  EXPECT_STREQ(record["iface"].GetString(), "sixteen-bytes-xx:4294967295");
}

TEST(JsonSink, MissedHitsAreARecord) {
  Stream stream;
  stream.missed({"pwru_trace_1", 12, 10, 20});
  EXPECT_EQ(stream.line(), R"({"version":1,"type":"missed","program":"pwru_trace_1","count":12,)"
                           R"("since_ns":10,"until_ns":20})"
                           "\n");
}

TEST(JsonSink, ALossAndTheSummaryAreRecords) {
  Stream stream;
  stream.lost({1, 3, 10, 20});
  EXPECT_EQ(stream.line(), R"({"version":1,"type":"lost","cpu":1,"count":3,"since_ns":10,)"
                           R"("until_ns":20})"
                           "\n");
  stream.lost({1, 3, 10, 0});
  EXPECT_EQ(stream.line().find("until_ns"), std::string::npos);
  event::Counters counters;
  counters[event::Counter::Events] = 1;
  counters[event::Counter::Unwritten] = 4;
  counters[event::Counter::StacksForgotten] = 3;
  const rapidjson::Document summary = stream.summary(counters);
  EXPECT_TRUE(stream.line().starts_with(
      R"({"version":1,"type":"summary","events":1,"unwritten":4,"lost":0,)"));
  for (const event::CounterRow& row : event::counter_table()) {
    const std::string key(row.json_key);
    ASSERT_TRUE(summary.HasMember(key.c_str())) << key;
    EXPECT_EQ(summary[key.c_str()].GetUint64(), counters[row.id]) << key;
  }
}

// A schema that took anything would prove nothing.
TEST(JsonSink, APacketThatDiedHasADiagnosis) {
  const UniqueFd fd(::memfd_create("deaths", MFD_CLOEXEC));
  JsonSink sink(LineBuffer(fd.get(), "deaths"), {}, diagnose::Deaths({}));
  resolve::Record hit = tcp_record();
  hit.packet.tuple.tcp_flags = 2;
  constexpr std::array<std::string_view, 2> kStack = {"sk_skb_reason_drop+0x90", "tcp_v4_rcv+0x1"};
  hit.stack = kStack;
  hit.end = End{End::Kind::Dropped, "SKB_DROP_REASON_NO_SOCKET"};
  ASSERT_TRUE(sink.event(hit));
  constexpr std::array<std::string_view, 1> kUnheardOf = {"unheard_of+0x1"};
  hit.stack = kUnheardOf;
  hit.end = End{End::Kind::Freed, "freed"};
  ASSERT_TRUE(sink.event(hit));
  hit.end = End{End::Kind::Consumed, "consumed"};
  ASSERT_TRUE(sink.event(hit));
  EXPECT_EQ(sink.events_left_out(), 2u);
  sink.compare_with({{{7, "", "UdpRcvbufErrors", 2},
                      {0, "3", "softnet_dropped", 1},
                      {7, "e", "rx_missed", 0},
                      {7, "e", "in_hardware", 4}},
                     {{7, "", "UdpRcvbufErrors", 5},
                      {0, "3", "softnet_dropped", 3},
                      {7, "e", "rx_missed", 1},
                      {7, "e", "in_hardware", 6}},
                     {{7, "blue"}},
                     false});
  ASSERT_TRUE(sink.summary({}));
  EXPECT_EQ(sink.events_written(), 1u);
  std::array<char, 8192> room = {};
  ASSERT_GT(::pread(fd.get(), room.data(), room.size() - 1, 0), 0);
  std::vector<std::string> types;
  std::string_view rest(room.data());
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const rapidjson::Document record = parse(std::string(rest.substr(0, end)));
    EXPECT_TRUE(is_valid(record)) << rest.substr(0, end);
    types.emplace_back(record["type"].GetString());
    if (record.HasMember("diagnosis")) {
      EXPECT_STREQ(record["diagnosis"]["cause"].GetString(), "tcp-closed-port");
      EXPECT_STREQ(record["diagnosis"]["certainty"].GetString(), "certain");
      EXPECT_STREQ(record["diagnosis"]["facts"]["port"].GetString(), "8080");
    }
    if (record.HasMember("rose")) {
      const std::string counter = record["counter"].GetString();
      EXPECT_EQ(record.HasMember("ifname"), counter == "rx_missed");
      EXPECT_EQ(record.HasMember("cpu"), counter == "softnet_dropped");
      EXPECT_EQ(record.HasMember("netns_name"), counter != "softnet_dropped");
    }
    rest.remove_prefix(end + 1);
  }
  EXPECT_EQ(types,
            (std::vector<std::string>{"function", "deaths", "unknown-ends", "ends", "unseen-loss",
                                      "unseen-loss", "unseen-loss", "in-hardware", "summary"}));
}

// The line of a packet that died.
rapidjson::Document written_death(const resolve::Record& hit) {
  const UniqueFd fd(::memfd_create("deaths", MFD_CLOEXEC));
  JsonSink sink(LineBuffer(fd.get(), "deaths"), {}, diagnose::Deaths({}));
  EXPECT_TRUE(sink.event(hit));
  EXPECT_TRUE(sink.flush());
  std::array<char, 4096> room = {};
  EXPECT_GT(::pread(fd.get(), room.data(), room.size() - 1, 0), 0);
  rapidjson::Document record = parse(room.data());
  EXPECT_TRUE(is_valid(record)) << room.data();
  return record;
}

TEST(JsonSink, TheRuleThatDroppedAPacket) {
  resolve::Record hit = tcp_record();
  constexpr std::array<std::string_view, 1> kStack = {"nft_do_chain+0x46f"};
  hit.stack = kStack;
  hit.end = End{End::Kind::Dropped, "SKB_DROP_REASON_NETFILTER_DROP"};
  hit.nft = resolve::Nft{false, true, "inet", "fw", "in", 4, 2, "immediate", "tcp dport 80 drop"};
  const rapidjson::Document record = written_death(hit);
  EXPECT_STREQ(record["diagnosis"]["rule"]["text"].GetString(), "tcp dport 80 drop");
  EXPECT_FALSE(record["diagnosis"].HasMember("source"));
}

TEST(JsonSink, TheSourceLineOfADeath) {
  resolve::Record hit = tcp_record();
  constexpr std::array<std::string_view, 1> kStack = {"tcp_v4_rcv+0x46f"};
  hit.stack = kStack;
  hit.end = End{End::Kind::Dropped, "SKB_DROP_REASON_NO_SOCKET"};
  hit.source = "net/ipv4/tcp_ipv4.c:2210";
  const rapidjson::Document record = written_death(hit);
  EXPECT_STREQ(record["diagnosis"]["source"].GetString(), "net/ipv4/tcp_ipv4.c:2210");
}

TEST(JsonSchema, RefusesWhatIsWrong) {
  const std::string good = R"("version":1,"type":"lost","cpu":0,"count":2,"since_ns":4)";
  EXPECT_TRUE(is_valid(parse("{" + good + "}")));
  EXPECT_FALSE(is_valid(parse("{" + good + R"(,"more":1})")));
  EXPECT_FALSE(is_valid(parse(R"({"version":1,"type":"lost","cpu":0,"count":2})")));
  EXPECT_FALSE(is_valid(parse(R"({"version":2,"type":"lost","cpu":0,"count":2,"since_ns":4})")));
  EXPECT_FALSE(is_valid(parse(R"({"version":1,"type":"lost","cpu":"","count":2,"since_ns":4})")));
  EXPECT_FALSE(is_valid(parse(R"({"version":1,"type":"other"})")));
}

}  // namespace
}  // namespace pwru::output
