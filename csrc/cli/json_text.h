// JSON as q3l prints it: objects put together from text.
#pragma once

#include <string>
#include <string_view>

namespace q3l::cli {

// `text` as a JSON string, quotes included. REQUIRES: valid UTF-8.
std::string json_string(std::string_view text);

// {"name": value, ...} from pairs; values are JSON already.
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

}  // namespace q3l::cli
