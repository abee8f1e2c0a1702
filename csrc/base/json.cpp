#include "base/json.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "base/utf8.h"

namespace q3l {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json whole() {
    Json json = value(0);
    skip_blanks();
    if (at_ < text_.size()) fail("nothing more after the value");
    return json;
  }

 private:
  Json value(int depth) {
    skip_blanks();
    const char c = peek();
    if ((c == '{' || c == '[') && depth == kMostJsonDepth) {
      fail("no more than " + std::to_string(kMostJsonDepth) + " levels");
    }
    if (c == '{') return object(depth);
    if (c == '[') return array(depth);
    if (c == '"') return {.kind = Json::Kind::string, .text = string()};
    if (c == '-' || is_digit(c)) return {.kind = Json::Kind::number, .text = number()};
    if (take_word("null")) return {};
    for (const char* word : {"true", "false"}) {
      if (take_word(word)) return {.kind = Json::Kind::boolean, .text = word};
    }
    fail("a value");
  }

  Json object(int depth) {
    Json json{.kind = Json::Kind::object};
    ++at_;
    if (take_after_blanks('}')) return json;
    do {
      skip_blanks();
      if (peek() != '"') fail("a key in double quotes");
      std::string key = string();
      if (!take_after_blanks(':')) fail("':'");
      json.set(std::move(key), value(depth + 1));
    } while (take_after_blanks(','));
    if (!take_after_blanks('}')) fail("',' or '}'");
    return json;
  }

  Json array(int depth) {
    Json json{.kind = Json::Kind::array};
    ++at_;
    if (take_after_blanks(']')) return json;
    do {
      json.items.push_back(value(depth + 1));
    } while (take_after_blanks(','));
    if (!take_after_blanks(']')) fail("',' or ']'");
    return json;
  }

  std::string string() {
    std::string out;
    for (++at_;;) {
      const char c = peek();
      if (static_cast<unsigned char>(c) < 0x20) fail("a closing '\"'; control characters escaped");
      ++at_;
      if (c == '"') return out;
      if (c == '\\') {
        append_escaped(out);
      } else {
        out += c;
      }
    }
  }

  void append_escaped(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    const char c = peek();
    const size_t i = kNames.find(c);
    if (c == 'u') {
      append_char(out, unicode_escape());
    } else if (i != kNames.npos) {
      ++at_;
      out += kMeanings[i];
    } else {
      fail("an escape that JSON has");
    }
  }

  // Two halves of a pair are one character, a half alone is U+FFFD.
  uint32_t unicode_escape() {
    const uint32_t first = hex();
    if (first < 0xd800 || first > 0xdfff) return first;
    const size_t after = at_;
    if (first < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      ++at_;
      const uint32_t second = hex();
      if (second >= 0xdc00 && second <= 0xdfff) {
        return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
      }
      at_ = after;
    }
    return 0xfffd;
  }

  uint32_t hex() {  // after 'u'
    constexpr std::string_view kDigits = "0123456789abcdef";
    uint32_t code = 0;
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const size_t digit = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
      if (digit == kDigits.npos) fail("four hexadecimal digits");
      code = code * 16 + static_cast<uint32_t>(digit);
    }
    return code;
  }

  std::string number() {
    const size_t begin = at_;
    take('-');
    if (!take('0')) take_digits();
    if (take('.')) take_digits();
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      take_digits();
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  void take_digits() {
    if (!is_digit(peek())) fail("a digit");
    while (is_digit(peek())) ++at_;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool take_after_blanks(char c) {
    skip_blanks();
    return take(c);
  }

  [[noreturn]] void fail(const std::string& needed) const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t column = at_ - (before.rfind('\n') + 1) + 1;
    throw InvalidArgumentError("line " + std::to_string(line) + ", column " +
                               std::to_string(column) + ": JSON needs " + needed + " here");
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

const Json* Json::find(std::string_view key) const {
  const auto it = std::ranges::find(keys, key);
  return it == keys.end() ? nullptr : &items[static_cast<size_t>(it - keys.begin())];
}

void Json::set(std::string key, Json value) {
  const auto it = std::ranges::find(keys, key);
  if (it != keys.end()) {
    items[static_cast<size_t>(it - keys.begin())] = std::move(value);
  } else {
    keys.push_back(std::move(key));
    items.push_back(std::move(value));
  }
}

std::string Json::dump() const {
  if (kind == Kind::null) return "null";
  if (kind == Kind::string) return json_string(text);
  if (kind != Kind::array && kind != Kind::object) return text;
  const bool is_object = kind == Kind::object;
  std::string out(1, is_object ? '{' : '[');
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    if (is_object) out += json_string(keys[i]) + ": ";
    out += items[i].dump();
  }
  out += is_object ? '}' : ']';
  return out;
}

Json parse_json(std::string_view text) {
  if (!is_valid_utf8(text)) throw InvalidArgumentError("JSON is UTF-8, and this is not");
  return Parser(text).whole();
}

std::string json_string(std::string_view text) {
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t", kNames = "\"\\bfnrt";
  std::string out = "\"";
  for (char c : text) {
    if (const size_t i = kEscaped.find(c); i != kEscaped.npos) {
      out += {'\\', kNames[i]};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

JsonObject& JsonObject::add(std::string_view name, const std::string& json) {
  body_ += (body_.empty() ? "" : ", ") + json_string(name) + ": " + json;
  return *this;
}

JsonObject& JsonObject::add(std::string_view name, double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return add(name, std::string(text));
}

}  // namespace q3l
