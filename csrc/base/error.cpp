#include "base/error.h"

namespace q3l {

std::string quoted(const std::string& name) {
  constexpr size_t kLongest = 80;
  std::string out = "'";
  for (char c : name.substr(0, kLongest)) out += (c >= ' ' && c < 0x7f) ? c : '?';
  return out + (name.size() > kLongest ? "...'" : "'");
}

void check_between(const char* name, int value, int lowest, int highest) {
  if (value >= lowest && value <= highest) return;
  throw InvalidArgumentError(std::string(name) + " must be between " + std::to_string(lowest) +
                             " and " + std::to_string(highest) + ", not " + std::to_string(value));
}

}  // namespace q3l
