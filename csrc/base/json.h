// JSON values, read and written. INVARIANT: objects keep the order of their keys and numbers their
// own text, so that what is read is written as it was but for blanks and escapes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace q3l {

// Arrays and objects within one another, at most.
inline constexpr int kMostJsonDepth = 64;

struct Json {
  enum class Kind { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  std::string text = {};               // a string's characters; a number, true or false as written
  std::vector<std::string> keys = {};  // of an object, one for each item
  std::vector<Json> items = {};

  // The object's item of that name; nullptr where it has none or this is no object.
  const Json* find(std::string_view key) const;
  void set(std::string key, Json value);  // replaces the item of that name
  // On one line, spaced and escaped as Python's json.dumps(ensure_ascii=False) does.
  std::string dump() const;
};

// Of two items of one name the last counts. Throws InvalidArgumentError, which names line and
// column, for what RFC 8259 does not allow, and for more than kMostJsonDepth.
Json parse_json(std::string_view text);

// `text` as a JSON string, quotes included. REQUIRES: valid UTF-8.
std::string json_string(std::string_view text);

// {"name": value, ...} put together from text.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, const std::string& json);
  JsonObject& add(std::string_view name, double value);
  JsonObject& add_string(std::string_view name, std::string_view value) {
    return add(name, json_string(value));
  }
  std::string text() const { return "{" + body_ + "}"; }

 private:
  std::string body_;
};

}  // namespace q3l
