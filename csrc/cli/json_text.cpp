#include "cli/json_text.h"

#include <cstdio>

namespace q3l::cli {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
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

}  // namespace q3l::cli
