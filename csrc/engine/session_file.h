// A session on disk: docs/formats/session.md.
#pragma once

#include <string>

#include "engine/engine.h"

namespace q3l {

// Writes what is computed of the sequence, whole or not at all. Throws FileError.
void write_session(const std::string& path, const Sequence& sequence, Engine& engine);
// Keys and values are left out when there is no room for them. Throws FileError, and
// ModelFormatError for a file that is damaged or of another model or type of cache.
Sequence read_session(const std::string& path, Engine& engine);

}  // namespace q3l
