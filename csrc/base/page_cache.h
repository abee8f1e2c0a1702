// The system's cache of file pages: from it a model that ran before starts warm.
#pragma once

#include <string>

namespace q3l {

// Writes back what is not yet on disk of the file and drops its pages. Returns whether none is
// left: pages that a process maps stay, and so do those of file systems that live in memory. Throws
// FileError.
bool drop_cached_pages(const std::string& path);

}  // namespace q3l
