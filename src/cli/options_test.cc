// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "cli/table.h"

namespace pwru::cli {
namespace {

Result<Options> parse_words(std::initializer_list<const char*> words) {
  std::vector<const char*> argv = {"pwru"};
  argv.insert(argv.end(), words);
  const int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  return parse(argc, argv.data());
}

Options good(std::initializer_list<const char*> words) {
  const Result<Options> options = parse_words(words);
  EXPECT_TRUE(options) << options.error().what;
  return options.value_or(Options{});
}

// The sentence of a refusal, which must be a usage error.
std::string refusal(std::initializer_list<const char*> words) {
  const Result<Options> options = parse_words(words);
  if (options) return "accepted";
  EXPECT_EQ(options.error().exit, ExitCode::BadUsage);
  return options.error().what;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

using Names = std::vector<std::string>;

TEST(Options, DefaultsAreThoseOfCilium) {
  const Options options = good({});
  EXPECT_TRUE(options.output_meta);
  EXPECT_TRUE(options.output_tuple);
  EXPECT_FALSE(options.output_skb || options.output_stack || options.output_caller);
  EXPECT_EQ(options.filter_pcap, "");
  EXPECT_EQ(options.filter_mark.mask, 0u);
  EXPECT_EQ(options.backend, std::nullopt);
  EXPECT_EQ(options.timestamp, Timestamp::None);
  EXPECT_EQ(options.output_limit_lines, 0u);
  EXPECT_FALSE(options.kmods.has_value());
}

TEST(Options, IdsNeedPacketsThatAreFollowed) {
  EXPECT_TRUE(good({"--output-id", "--filter-track-skb"}).output_id);
  EXPECT_TRUE(good({"--output-id", "--filter-track-skb-by-stackid"}).output_id);
  EXPECT_TRUE(good({"--output-id", "--on", "drop"}).output_id);
  EXPECT_TRUE(has(refusal({"--output-id"}), "--filter-track-skb"));
}

TEST(Options, WordsAreThePcapFilter) {
  EXPECT_EQ(good({"tcp", "and", "dst port 80"}).filter_pcap, "tcp and dst port 80");
  const Options mixed = good({"tcp", "--filter-func", "ip_rcv", "port", "--output-stack", "80"});
  EXPECT_EQ(mixed.filter_pcap, "tcp port 80");
  EXPECT_EQ(mixed.filter_func.text, "ip_rcv");
  EXPECT_TRUE(mixed.output_stack);
}

// A name alone is no filter to libpcap, so the command takes nothing away.
TEST(Options, DoctorIsACommandWhenItIsTheFirstWord) {
  EXPECT_TRUE(good({"doctor"}).doctor);
  EXPECT_EQ(good({"doctor"}).filter_pcap, "");
  EXPECT_TRUE(good({"doctor", "--json"}).output_json);
  EXPECT_TRUE(good({"--backend", "kprobe", "doctor"}).doctor);
  for (const Options& other :
       {good({"host", "doctor"}), good({"--", "doctor"}), good({"--output-file", "doctor"}),
        good({"host doctor"}), good({"--list-funcs", "doctor"})})
    EXPECT_FALSE(other.doctor);
  EXPECT_EQ(good({"--", "doctor"}).filter_pcap, "doctor");
  EXPECT_TRUE(has(refusal({"doctor", "--json", "or", "icmp"}), "leave out 'or icmp'"));
}

TEST(Options, DropsChooseWhatTheyNeed) {
  const Options options = good({"--drops", "tcp", "--summary", "60"});
  EXPECT_TRUE(options.filter_func.wants_drops && options.output_caller && options.output_stack);
  EXPECT_EQ(options.summary, 60u);
  EXPECT_EQ(good({"--drops", "--output-layout", "line"}).output_layout, LayoutChoice::Line);
  EXPECT_TRUE(has(refusal({"--drops", "--filter-func", "ip_rcv"}), "leave --filter-func out"));
  EXPECT_TRUE(has(refusal({"--drops", "--filter-track-skb"}), "give --why"));
  EXPECT_TRUE(has(refusal({"--drops", "--output-skb"}), "add --output-json"));
  EXPECT_TRUE(good({"--drops", "--output-skb", "--output-json"}).drops);
  EXPECT_TRUE(has(refusal({"--summary", "5"}), "give one of them too"));
  EXPECT_TRUE(has(refusal({"--drops", "--output-json", "--summary", "5"}), "about text"));
  EXPECT_TRUE(has(refusal({"--output-layout", "line"}), "give --drops too"));
}

TEST(Options, WhyAlsoFollowsPackets) {
  const Options options = good({"--why", "tcp"});
  EXPECT_TRUE(options.filter_func.text.empty() && options.filter_track_skb && options.output_stack);
  EXPECT_EQ(good({"--why", "--filter-func", "ip_.*"}).filter_func.text,
            "@drops|skb_release_head_state|ip_.*");
  EXPECT_TRUE(has(refusal({"--why", "--drops"}), "give one of them"));
  EXPECT_TRUE(has(refusal({"--why", "--output-layout", "line"}), "there is none"));
  EXPECT_TRUE(has(refusal({"--why", "--filter-track-skb-by-stackid"}), "leave"));
  EXPECT_EQ(good({"--why", "--output-layout", "journey"}).output_layout, LayoutChoice::Journey);
}

TEST(Options, AJourneyIsOfAPacketThatIsFollowed) {
  EXPECT_TRUE(good({"--output-layout", "journey"}).filter_track_skb);
  EXPECT_TRUE(has(refusal({"--output-layout", "journey", "--output-limit-lines", "1"}), "whole"));
  EXPECT_TRUE(has(refusal({"--output-layout", "journey", "--drops"}), "give --why"));
  EXPECT_TRUE(has(refusal({"--output-layout", "journey", "--json"}), "about text"));
  EXPECT_TRUE(has(refusal({"--output-layout", "journey", "--output-skb"}), "--output-skb is not"));
}

TEST(Options, LatencyIsATable) {
  EXPECT_TRUE(good({"--latency", "--summary", "5"}).filter_track_skb);
  EXPECT_TRUE(good({"--latency", "--json"}).latency);
  EXPECT_TRUE(has(refusal({"--latency", "--why"}), "leave --why out"));
  EXPECT_TRUE(has(refusal({"--latency", "--filter-track-skb-by-stackid"}), "call stack out"));
  EXPECT_TRUE(has(refusal({"--latency", "--json", "--summary", "5"}), "about text"));
}

TEST(Options, TriggersOfTheFlightRecorder) {
  const Options options = good({"--on", "drop", "--on=slow=5ms", "tcp", "--on", "skb->mark == 7"});
  EXPECT_TRUE(options.on.drop && !options.on.rst && !options.on.retransmit);
  EXPECT_EQ(options.on.slow_ns, 5'000'000u);
  EXPECT_EQ(options.on.expr, "skb->mark == 7");
  EXPECT_TRUE(options.filter_track_skb);
  EXPECT_EQ(options.on_packets, 4096u);
  EXPECT_FALSE(good({"tcp"}).on.any());
  EXPECT_EQ(good({"--on", "slow=250us"}).on.slow_ns, 250'000u);
  EXPECT_EQ(good({"--on", "slow=2s", "--on", "slow=3s"}).on.slow_ns, 2'000'000'000u);
  EXPECT_EQ(good({"--on", "skb->len > 9", "--on", "skb->mark"}).on.expr,
            "(skb->len > 9) || (skb->mark)");
  EXPECT_TRUE(good({"--why", "--on", "slow=2s"}).on.drop);  // or deaths would be missing
  EXPECT_EQ(good({"--on", "slow=2s"}).on.slow_ns, 2'000'000'000u);
  EXPECT_TRUE(good({"--on", "rst", "--on", "retransmit"}).on.retransmit);
  EXPECT_EQ(good({"--on", "drop", "--on-packets", "1"}).on_packets, 64u);
  EXPECT_EQ(refusal({"--on-packets", "5"}),
            "--on-packets is how many paths --on keeps: give --on too");
  for (const char* wrong :
       {"", "drops", "slow", "slow=", "slow=5", "slow=0ms", "slow=-1s", "slow=5m"})
    EXPECT_TRUE(has(refusal({"--on", wrong}), "expected drop, rst, retransmit, slow=TIME"))
        << wrong;
}

TEST(Options, PathsAreKeptAtFunctions) {
  EXPECT_TRUE(has(refusal({"--on", "drop", "--backend", "tracepoint"}), "--backend tracepoint"));
  EXPECT_TRUE(has(refusal({"--on", "drop", "--drops"}), "leave --drops out"));
  EXPECT_TRUE(has(refusal({"--on", "drop", "--filter-trace-tc"}), "leave --filter-trace-tc out"));
  EXPECT_TRUE(has(refusal({"--on", "drop", "--output-bpfmap"}), "leave --output-bpfmap out"));
  EXPECT_TRUE(has(refusal({"--on", "rst", "--output-tuple=false"}), "in the tuple"));
}

TEST(Options, ListFuncsTakesAPattern) {
  EXPECT_TRUE(good({"--list-funcs"}).list_funcs);
  for (const Options& options :
       {good({"--list-funcs", "ip_.*"}), good({"--list-funcs=ip_.*"}),
        good({"ip_.*", "--list-funcs"}), good({"--list-funcs", "--filter-func", "ip_.*"})}) {
    EXPECT_TRUE(options.list_funcs);
    EXPECT_EQ(options.filter_func.text, "ip_.*");
    EXPECT_EQ(options.filter_pcap, "");
  }
  EXPECT_FALSE(good({"--list-funcs=false"}).list_funcs);
  EXPECT_TRUE(has(refusal({"--list-funcs", "tcp", "port", "80"}), "expected one pattern"));
  EXPECT_TRUE(has(refusal({"--list-funcs=a", "b"}), "expected one pattern"));
  EXPECT_TRUE(has(refusal({"--list-funcs", "ip_("}), "--list-funcs 'ip_('"));
}

TEST(Options, HelpHasTwoLengths) {
  EXPECT_FALSE(good({"--help"}).help_all);
  EXPECT_TRUE(good({"--help=all"}).help_all);
  EXPECT_EQ(refusal({"--help=some"}), "--help 'some': expected true or false, or all");
}

TEST(Options, DoubleDashEndsOptions) {
  EXPECT_EQ(good({"--debug", "--", "--help", "--", "-x"}).filter_pcap, "--help -- -x");
  EXPECT_EQ(good({"-"}).filter_pcap, "-");
}

TEST(Options, BoolTakesAValueOnlyBehindAnEqualsSign) {
  EXPECT_FALSE(good({"--output-tuple=false"}).output_tuple);
  EXPECT_FALSE(good({"--output-tuple=0"}).output_tuple);
  EXPECT_FALSE(good({"--output-tuple=f"}).output_tuple);
  EXPECT_TRUE(good({"--output-skb=t"}).output_skb);
  EXPECT_TRUE(good({"--output-skb=1"}).output_skb);
  EXPECT_TRUE(good({"--output-skb=TRUE"}).output_skb);
  const Options words = good({"--output-meta", "false"});
  EXPECT_TRUE(words.output_meta);
  EXPECT_EQ(words.filter_pcap, "false");
  EXPECT_EQ(refusal({"--output-skb=yes"}), "--output-skb 'yes': expected true or false");
  EXPECT_TRUE(has(refusal({"--output-skb="}), "expected true or false"));
}

TEST(Options, TheLastOneWins) {
  EXPECT_TRUE(good({"--output-skb=false", "--output-skb"}).output_skb);
  EXPECT_EQ(good({"--filter-func=a", "--filter-func=b"}).filter_func.text, "b");
}

TEST(Options, EveryPlainStringIsStored) {
  const Options o =
      good({"--filter-ifname=eth0", "--kernel-btf", "/b", "--output-file", "-", "--ready-file=a=b",
            "--filter-track-skb", "--output-caller", "--output-tcp-flags", "--debug"});
  EXPECT_EQ(o.filter_ifname, "eth0");
  EXPECT_EQ(o.kernel_btf, "/b");
  EXPECT_EQ(o.output_file, "-");
  EXPECT_EQ(o.ready_file, "a=b");
  EXPECT_TRUE(o.filter_track_skb && o.output_caller && o.output_tcp_flags && o.debug);
}

TEST(Options, EmptyStringsMeanNotGiven) {
  const Options o =
      good({"--filter-func=", "--filter-netns", "", "--filter-ifname=", "--backend="});
  EXPECT_EQ(o.filter_func.text + o.filter_netns + o.filter_ifname, "");
  EXPECT_EQ(o.backend, std::nullopt);
}

TEST(Options, HelpAndVersion) {
  EXPECT_TRUE(good({"-h"}).help);
  EXPECT_TRUE(good({"--help"}).help);
  EXPECT_TRUE(good({"--version"}).version);
  // Nothing will be traced, so options that exclude each other do not matter.
  EXPECT_TRUE(good({"-h", "--filter-netns=inode:1", "--filter-ifname=x"}).help);
}

TEST(Options, UnknownOptionNamesTheNearest) {
  EXPECT_EQ(refusal({"--filter-marc"}),
            "unknown option --filter-marc: did you mean --filter-mark? see pwru --help");
  EXPECT_EQ(refusal({"--filter-marc=5"}),
            "unknown option --filter-marc: did you mean --filter-mark? see pwru --help");
  EXPECT_EQ(refusal({"--zzzzzz"}), "unknown option --zzzzzz: see pwru --help");
  EXPECT_EQ(refusal({"-i", "eth0"}),
            "unknown option -i: see pwru --help; use --filter-ifname NAME");
  EXPECT_EQ(refusal({"---"}), "unknown option ---: see pwru --help");
  EXPECT_EQ(refusal({"--=1"}), "unknown option --: see pwru --help");
}

TEST(Options, AbbreviationsAndSingleDashesAreRefused) {
  EXPECT_TRUE(has(refusal({"--filter", "x"}), "unknown option --filter"));
  EXPECT_TRUE(has(refusal({"--filter-m", "1"}), "did you mean --filter-mark?"));
  EXPECT_TRUE(has(refusal({"--time", "none"}), "did you mean --timestamp?"));
  EXPECT_TRUE(has(refusal({"-filter-mark", "1"}), "did you mean --filter-mark?"));
  EXPECT_TRUE(has(refusal({"--h"}), "unknown option --h"));
  EXPECT_TRUE(has(refusal({"-help"}), "did you mean --help?"));
}

TEST(Options, MissingValue) {
  EXPECT_EQ(refusal({"--filter-mark"}),
            "--filter-mark needs a value: MARK[/MASK]; see pwru --help");
  EXPECT_TRUE(has(refusal({"--timestamp"}), "none|current|relative|absolute"));
  // As in pflag, the next word is the value, also when it looks like an option.
  EXPECT_EQ(good({"--filter-ifname", "--debug"}).filter_ifname, "--debug");
}

TEST(Options, FilterFuncMustCompile) {
  EXPECT_EQ(good({"--filter-func", "tcp_(v4|v6)_.*"}).filter_func.text, "tcp_(v4|v6)_.*");
  EXPECT_EQ(
      refusal({"--filter-func", "tcp_("}),
      "--filter-func 'tcp_(': expected a regular expression in RE2 syntax (missing ): tcp_()");
  EXPECT_TRUE(has(refusal({"--filter-func=(?=a)"}), "RE2 syntax"));
  EXPECT_EQ(good({"--filter-func", "@drops|ip_rcv"}).filter_func.text, "@drops|ip_rcv");
  EXPECT_TRUE(has(refusal({"--filter-func", "@dorps"}), "there is no word @dorps"));
}

TEST(Options, FilterMark) {
  const auto mark = [](const char* text) { return good({"--filter-mark", text}).filter_mark; };
  EXPECT_EQ(mark("0").mark, 0u);
  EXPECT_EQ(mark("0").mask, 0xffffffffu);
  EXPECT_EQ(mark("0xA00/0xF00").mark, 0xA00u);
  EXPECT_EQ(mark("0xA00/0xF00").mask, 0xF00u);
  EXPECT_EQ(mark("0xff/0x0f").mark, 0x0fu);
  EXPECT_EQ(mark("4294967295").mark, 0xffffffffu);
  EXPECT_EQ(mark("5/0").mask, 0u);
  for (const char* bad : {"", "x", "-1", "+1", " 1", "1 ", "0x", "4294967296", "0x100000000", "1/",
                          "/1", "1/2/3", "1.5", "0b1", "0xg"})
    EXPECT_TRUE(has(refusal({"--filter-mark", bad}), "expected MARK[/MASK]")) << bad;
}

TEST(Options, FilterNetns) {
  EXPECT_EQ(good({"--filter-netns=/proc/1/ns/net"}).filter_netns, "/proc/1/ns/net");
  EXPECT_EQ(good({"--filter-netns=inode:4026531840"}).filter_netns, "inode:4026531840");
  for (const char* bad : {"foo", "inode:", "inode:0", "inode:-1", "inode:x", "inode:4294967296",
                          "inode:0x1", "Inode:1", "4026531840"})
    EXPECT_TRUE(has(refusal({"--filter-netns", bad}), "expected /path")) << bad;
}

TEST(Options, InterfaceNeedsANamespaceThatCanBeEntered) {
  EXPECT_TRUE(has(refusal({"--filter-ifname=eth0", "--filter-netns=inode:5"}),
                  "inode netns specifier cannot be used with --filter-ifname"));
  EXPECT_EQ(good({"--filter-ifname=eth0", "--filter-netns=/run/netns/a"}).filter_ifname, "eth0");
}

TEST(Options, Kmods) {
  EXPECT_EQ(good({"--kmods=a,b", "--kmods", "c"}).kmods, Names({"a", "b", "c"}));
  EXPECT_EQ(good({"--kmods=nf-tables"}).kmods, Names({"nf_tables"}));
  EXPECT_EQ(good({"--kmods=none"}).kmods, Names{});
  EXPECT_EQ(good({"--all-kmods", "--kmods=a"}).kmods, std::nullopt);
  EXPECT_EQ(good({"--kmods=a", "--all-kmods=false"}).kmods, Names({"a"}));
  for (const char* bad : {"", "a,,b", ",", "a,", "a b", "../x"})
    EXPECT_TRUE(has(refusal({"--kmods", bad}), "expected module names")) << bad;
  EXPECT_TRUE(has(refusal({"--kmods=none,a"}), "not both"));
  EXPECT_TRUE(has(refusal({"--kmods=a", "--kmods=none"}), "not both"));
}

TEST(Options, NonSkbFunctions) {
  EXPECT_EQ(
      good({"--filter-non-skb-funcs=a,b", "--filter-non-skb-funcs", "c"}).filter_non_skb_funcs,
      Names({"a", "b", "c"}));
  for (const char* bad : {"", "a,,b", "a b"})
    EXPECT_TRUE(has(refusal({"--filter-non-skb-funcs", bad}), "expected names")) << bad;
}

TEST(Options, Backend) {
  EXPECT_EQ(good({"--backend=kprobe"}).backend, Backend::Kprobe);
  EXPECT_EQ(good({"--backend", "kprobe-multi"}).backend, Backend::KprobeMulti);
  EXPECT_EQ(good({"--backend=fentry-multi"}).backend, Backend::FentryMulti);
  EXPECT_EQ(refusal({"--backend=perf"}),
            "--backend 'perf': expected kprobe, kprobe-multi, fentry, fentry-multi or tracepoint");
}

TEST(Options, KprobeBatch) {
  EXPECT_EQ(good({"--filter-kprobe-batch=1"}).filter_kprobe_batch, 1u);
  for (const char* bad : {"0", "-1", "x", "", "4294967296"})
    EXPECT_TRUE(has(refusal({"--filter-kprobe-batch", bad}), "greater than 0")) << bad;
}

// What only tests use is in no help, manual or completion.
TEST(Options, PretendWithout) {
  EXPECT_EQ(good({"--pretend-without=ringbuf"}).pretend_without, std::vector{Feature::RingBuffer});
  EXPECT_EQ(good({"--pretend-without", "mmap,probe_read_kernel,fexit"}).pretend_without,
            (std::vector{Feature::MmapArrays, Feature::ProbeReadKernel, Feature::Fexit}));
  EXPECT_EQ(good({"--pretend-without=global_functions,cast"}).pretend_without,
            (std::vector{Feature::GlobalFunctions, Feature::Cast}));
  EXPECT_EQ(refusal({"--pretend-without=ringbuf,"}),
            "--pretend-without 'ringbuf,': expected features separated by commas: ringbuf, mmap, "
            "probe_read_kernel, fexit, global_functions, cast");
  for (const OptionRow& hidden : hidden_option_table())
    for (const OptionRow& row : option_table()) EXPECT_NE(row.name, hidden.name);
}

TEST(Options, LimitLines) {
  EXPECT_EQ(good({"--output-limit-lines=18446744073709551615"}).output_limit_lines, UINT64_MAX);
  for (const char* bad : {"-1", "18446744073709551616", "1e3", "", "ten", "0x"})
    EXPECT_TRUE(has(refusal({"--output-limit-lines", bad}), "expected a number")) << bad;
}

TEST(Options, BufferSize) {
  const auto size = [](const char* s) {
    return good({"--output-buffer-size", s}).output_buffer_bytes;
  };
  EXPECT_EQ(size("0"), 0u);
  EXPECT_EQ(size("4096"), 4096u);
  EXPECT_EQ(size("8K"), 8192u);
  EXPECT_EQ(size("64m"), 64u << 20);
  EXPECT_EQ(size("3G"), 3ull << 30);
  for (const char* bad : {"", "K", "1T", "1KB", "-1", "17179869184G", "1.5G"})
    EXPECT_TRUE(has(refusal({"--output-buffer-size", bad}), "as in 64M")) << bad;
}

TEST(Options, TimestampAndColor) {
  EXPECT_EQ(good({"--timestamp=none"}).timestamp, Timestamp::None);
  EXPECT_EQ(good({"--timestamp=current"}).timestamp, Timestamp::Current);
  EXPECT_EQ(good({"--timestamp=relative"}).timestamp, Timestamp::Relative);
  EXPECT_EQ(good({"--timestamp=absolute"}).timestamp, Timestamp::Absolute);
  EXPECT_EQ(good({"--color=auto"}).color, ColorChoice::Auto);
  EXPECT_EQ(good({"--color=always"}).color, ColorChoice::Always);
  EXPECT_EQ(good({"--color=never"}).color, ColorChoice::Never);
  EXPECT_EQ(refusal({"--timestamp=utc"}),
            "--timestamp 'utc': expected none, current, relative or absolute");
  EXPECT_EQ(refusal({"--color=on"}), "--color 'on': expected auto, always or never");
}

}  // namespace
}  // namespace pwru::cli
