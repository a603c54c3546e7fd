// SPDX-License-Identifier: Apache-2.0
#include "expr/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "expr/object.h"
#include "expr/parser.h"

namespace pwru::expr {
namespace {

constexpr uint32_t kWordBytes = 8;
constexpr uint32_t kStringBytes = 64;      // of the text behind a char pointer
constexpr uint32_t kMaxStructBytes = 256;  // of one struct or array
constexpr uint32_t kIpv4Bytes = 4;
constexpr uint32_t kMacBytes = 6;

Result<std::vector<Expression>> parse_checked(const Types& types, const Root& root,
                                              std::string_view text) {
  PWRU_ASSIGN(auto expressions, parse(text, [&](std::string_view name) {
                return name != root.name && types.is_type_name(name);
              }));
  for (const Expression& expression : expressions) PWRU_TRY(check(*expression.tree, types, root));
  return expressions;
}

// A label is a key in JSON and a word of a line, so blanks of any kind become one space.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_blank)
      line += c;
    else if (!line.ends_with(' '))
      line += ' ';
  }
  return line;
}

// Whether the name of a member says that its number is an address.
bool is_address_name(std::string_view name) { return name.find("addr") != std::string_view::npos; }

Result<Value> plan_value(const Types& types, const Expression& expression) {
  const Node& tree = *expression.tree;
  Value value;
  value.label = tree.kind == NodeKind::Member ? tree.name : one_line(expression.text);
  value.type = tree.type;
  if (tree.type.is_scalar()) {
    const bool is_text = tree.type.is_pointer() && types.target_of(tree.type).is_char;
    const bool is_member = tree.kind == NodeKind::Member;
    value.form = is_text ? Form::Text : form_of_scalar(tree.type, is_member ? tree.name : "");
    value.transfer = is_text ? Transfer::Text : Transfer::Number;
    value.bytes = is_text ? kStringBytes : kWordBytes;
    return value;
  }
  const bool is_memory =
      tree.is_place && (tree.type.is_array() || tree.type.kind == Type::Kind::Record);
  if (!is_memory || !tree.type.bytes)
    return error_at(tree.at, fmt::format("{} has no value", types.describe(tree.type)));
  if (tree.type.bytes > kMaxStructBytes)
    return error_at(tree.at,
                    fmt::format("{} has {} bytes, more than {}; name one of its members",
                                types.describe(tree.type), tree.type.bytes, kMaxStructBytes));
  value.form = form_of_memory(types, tree.type);
  value.transfer = Transfer::Memory;
  value.bytes = tree.type.bytes;
  return value;
}

bool has_label(const Values& values, const std::string& label) {
  return std::ranges::find(values.list, label, &Value::label) != values.list.end();
}

// Labels are keys in JSON. When two values end in the same name, the label of the second is its
// whole text.
Result<> add_value(const Types& types, const Expression& expression, Values& values,
                   Generator& generator) {
  PWRU_ASSIGN(Value value, plan_value(types, expression));
  if (has_label(values, value.label)) value.label = one_line(expression.text);
  if (values.list.size() == kMaxValues)
    return error_at(expression.at, fmt::format("there are more than {} expressions", kMaxValues));
  value.offset = values.bytes;
  values.bytes += (value.bytes + kWordBytes - 1) / kWordBytes * kWordBytes;
  if (values.bytes > kMaxValueBytes)
    return error_at(expression.at,
                    fmt::format("the values need more than {} bytes", kMaxValueBytes));
  generator.write_value(*expression.tree, value.transfer, static_cast<uint32_t>(values.list.size()),
                        value.offset, value.bytes);
  values.list.push_back(std::move(value));
  return {};
}

// Adds the values of one list, except those that were asked for before.
Result<> add_values(const Types& types, const Root& root, const std::string& list,
                    std::set<std::string>& known, Values& values, Generator& generator) {
  PWRU_ASSIGN(const auto expressions, parse_checked(types, root, list));
  for (const Expression& expression : expressions) {
    const bool is_new = known.insert(expression.text).second;
    if (is_new) PWRU_TRY(add_value(types, expression, values, generator));
  }
  return {};
}

// Adds to an error the text in which its column counts.
template <class T>
Result<T> with_source(std::string_view text, Result<T> result) {
  if (!result) result.error().source = text;
  return result;
}

Result<filter::Code> condition_code(const TypeSource& source, const Root& root,
                                    std::string_view text) {
  const Types types(source);
  PWRU_ASSIGN(const auto expressions, parse_checked(types, root, text));
  if (expressions.size() > 1)
    return error_at(expressions[1].at, "one expression is enough; join two with && or ||");
  const Node& tree = *expressions.front().tree;
  PWRU_TRY(check_condition(tree, types));
  Generator generator(types);
  generator.condition(tree);
  return generator.finish();
}

}  // namespace

Form form_of_scalar(const Type& type, std::string_view name) {
  if (type.is_pointer()) return Form::Pointer;
  if (type.is_bool) return Form::Bool;
  if (type.enum_id) return Form::Enum;
  if (type.is_char) return Form::Character;
  const bool is_ipv4 = type.is_big_endian && type.bytes == kIpv4Bytes && is_address_name(name);
  return is_ipv4 ? Form::Ipv4Number : Form::Number;
}

Form form_of_memory(const Types& types, const Type& type) {
  if (type.is_array()) {
    const Type element = types.target_of(type);
    if (element.is_char) return Form::Text;
    return element.bytes == 1 && type.count == kMacBytes ? Form::Mac : Form::Struct;
  }
  const std::string_view name = types.btf().name(type.id);
  if (name == "in_addr") return Form::Ipv4;
  return name == "in6_addr" ? Form::Ipv6 : Form::Struct;
}

Root skb_root() { return {"skb", "sk_buff", "skb->dev"}; }
Root xdp_root() { return {"xdp", "xdp_buff", "xdp->rxq->dev"}; }
Root socket_root() { return {"sk", "sock", "sk->sk_rx_dst->dev"}; }

Result<filter::Code> compile_condition(const TypeSource& source, const Root& root,
                                       std::string_view text) {
  return with_source(text, condition_code(source, root, text));
}

Result<Values> compile_values(const TypeSource& source, const Root& root,
                              std::span<const std::string> lists,
                              std::span<const std::string> facts) {
  const Types types(source);
  Values values;
  values.bytes = kReadableBytes;
  Generator generator(types);
  generator.begin_values();
  std::set<std::string> known;  // a value that is asked for twice is printed once
  for (const std::string& list : lists) {
    PWRU_TRY(with_source(list, add_values(types, root, list, known, values, generator)));
  }
  for (const std::string& fact : facts) {
    std::set<std::string> own;  // each has its place
    PWRU_TRY(with_source(fact, add_values(types, root, fact, own, values, generator)));
  }
  generator.end_values();
  PWRU_ASSIGN(values.code, generator.finish());
  return values;
}

namespace {

// What differs between packets with an sk_buff and packets at XDP.
struct Kind {
  Root root;
  Function filter, values;
};

tl::unexpected<Error> in_option(std::string_view option, const Root& root, Error error) {
  error.what = fmt::format(fmt::runtime(option), root.name) + ": " + error.what;
  error.exit = ExitCode::BadUsage;
  return tl::unexpected<Error>(std::move(error));
}

// Keeps what is needed to read the values, and hands out the code that writes them.
filter::Code keep_values(Values values, Program& program) {
  program.values = std::move(values.list);
  program.value_bytes = values.bytes;
  return std::move(values.code);
}

Result<Program> compile(const TypeSource& source, const Kind& kind, const Request& request) {
  Program program;
  program.has_filter = !request.filter.empty();
  std::optional<filter::Code> filter;
  if (program.has_filter) {
    auto code = compile_condition(source, kind.root, request.filter);
    if (!code) return in_option("--filter-{}-expr", kind.root, code.error());
    filter = std::move(*code);
  }
  std::optional<filter::Code> writer;
  if (!request.values.empty() || !request.facts.empty()) {
    auto values = compile_values(source, kind.root, request.values, request.facts);
    if (!values) return in_option("--output-{}-metadata", kind.root, values.error());
    writer = keep_values(std::move(*values), program);
  }
  PWRU_ASSIGN(program.filter_object, expression_object(kind.filter, filter));
  PWRU_ASSIGN(program.values_object, expression_object(kind.values, writer));
  return program;
}

}  // namespace

Result<Program> compile_skb(const TypeSource& source, const Request& request) {
  return compile(source, {skb_root(), Function::SkbFilter, Function::SkbValues}, request);
}

Result<Program> compile_xdp(const TypeSource& source, const Request& request) {
  return compile(source, {xdp_root(), Function::XdpFilter, Function::XdpValues}, request);
}

Result<Program> compile_socket(const TypeSource& source, const std::vector<std::string>& facts) {
  Program program;
  std::optional<filter::Code> writer;
  if (!facts.empty()) {
    PWRU_ASSIGN(Values values, compile_values(source, socket_root(), {}, facts));
    writer = keep_values(std::move(values), program);
  }
  PWRU_ASSIGN(program.values_object, expression_object(Function::SocketValues, writer));
  return program;
}

Result<std::string> compile_trigger(const TypeSource& source, const std::string& text) {
  if (text.empty()) return expression_object(Function::Trigger, std::nullopt);
  const Root root = skb_root();
  auto code = compile_condition(source, root, text);
  if (!code) return in_option("--on", root, code.error());
  return expression_object(Function::Trigger, std::move(*code));
}

}  // namespace pwru::expr
