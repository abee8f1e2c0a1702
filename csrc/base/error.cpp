#include "base/error.h"

namespace q3l {

std::string quoted(const std::string& name) {
  constexpr size_t kLongest = 80;
  std::string out = "'";
  for (char c : name.substr(0, kLongest)) out += (c >= ' ' && c < 0x7f) ? c : '?';
  return out + (name.size() > kLongest ? "...'" : "'");
}

}  // namespace q3l
