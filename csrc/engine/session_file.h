// A session on disk: docs/formats/session.md.
#pragma once

#include <string>

#include "engine/engine.h"

namespace q3l {

// Writes to a temporary file beside `path` and renames it. Throws FileError.
void write_session(const std::string& path, const Sequence& sequence, Engine& engine);
// Throws FileError, and ModelFormatError for a file that is damaged or of another model or type of
// cache.
Sequence read_session(const std::string& path, Engine& engine);

}  // namespace q3l
