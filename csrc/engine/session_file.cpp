#include "engine/session_file.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/error.h"

namespace q3l {

namespace {

constexpr char kMagic[8] = {'q', '3', 'l', 's', 'e', 's', 's', '1'};

struct Header {
  char magic[8];
  uint64_t fingerprint;
  int32_t kv_type, n_tokens, n_computed, n_segments;
};

uint64_t fingerprint(const gguf::Reader& file) {
  uint64_t hash = 0xcbf29ce484222325;
  auto add = [&](const void* data, size_t n) {
    for (size_t i = 0; i < n; ++i) {
      hash = (hash ^ static_cast<const uint8_t*>(data)[i]) * 0x100000001b3;
    }
  };
  for (const gguf::Tensor& t : file.tensors()) {
    add(t.name.data(), t.name.size());
    add(&t.layout->id, sizeof t.layout->id);
    add(t.shape, sizeof t.shape);
    add(t.data, std::min<size_t>(64, t.bytes));
  }
  return hash;
}

// Reads a file, saying its name when there is too little of it.
class Input {
 public:
  explicit Input(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw FileError("cannot open the session file " + quoted(path));
  }
  void read(void* to, size_t n) {
    if (!file_.read(static_cast<char*>(to), static_cast<std::streamsize>(n))) fail("ends early");
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw ModelFormatError("the session file " + quoted(path_) + " " + what);
  }

 private:
  std::string path_;
  std::ifstream file_;
};

void check(const Header& h, const Input& in, Engine& engine) {
  if (std::memcmp(h.magic, kMagic, sizeof kMagic) != 0) in.fail("is none: its first bytes differ");
  if (h.fingerprint != fingerprint(engine.file())) {
    in.fail("was written for another model; open that one");
  }
  if (h.kv_type != static_cast<int32_t>(engine.executor().cache().type())) {
    in.fail("was written for another kv_type; open the model with it");
  }
  if (h.n_tokens < 0 || h.n_tokens > engine.executor().n_ctx()) {
    in.fail("has " + std::to_string(h.n_tokens) + " tokens; the context holds " +
            std::to_string(engine.executor().n_ctx()) + ": raise n_ctx");
  }
  if (h.n_computed < 0 || h.n_computed > h.n_tokens || h.n_segments < 0 ||
      h.n_segments > h.n_tokens) {
    in.fail("is damaged: its counts contradict each other");
  }
}

}  // namespace

void write_session(const std::string& path, const Sequence& s, Engine& engine) {
  const KvCache& cache = engine.executor().cache();
  const int n_tokens = s.n_prompt();
  Header h = {{},
              fingerprint(engine.file()),
              static_cast<int32_t>(cache.type()),
              n_tokens,
              s.n_computed,
              static_cast<int32_t>(s.segments.size())};
  std::memcpy(h.magic, kMagic, sizeof kMagic);
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  {
    std::ofstream out(temporary, std::ios::binary);
    auto write = [&](const void* data, size_t n) {
      out.write(static_cast<const char*>(data), static_cast<std::streamsize>(n));
    };
    write(&h, sizeof h);
    for (const Segment& segment : s.segments) {
      const int32_t pair[2] = {segment.end, static_cast<int32_t>(segment.role)};
      write(pair, sizeof pair);
    }
    write(s.tokens.data(), static_cast<size_t>(n_tokens) * sizeof(int32_t));
    for (int i = 0; i < pages_for(s.n_computed); ++i) write(s.kv.pages()[i], cache.page_bytes());
    out.flush();
    if (!out) {
      std::remove(temporary.c_str());
      throw FileError("cannot write the session file " + quoted(path));
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
    throw FileError("cannot write the session file " + quoted(path));
  }
}

Sequence read_session(const std::string& path, Engine& engine) {
  Input in(path);
  Header h;
  in.read(&h, sizeof h);
  check(h, in, engine);
  Executor& executor = engine.executor();
  Sequence s = {KvSequence(executor.cache()), {}, {}};
  int end = 0;
  for (int i = 0; i < h.n_segments; ++i) {
    int32_t pair[2];
    in.read(pair, sizeof pair);
    if (pair[0] <= end || pair[0] > h.n_tokens || pair[1] < 0 || pair[1] >= kRoles) {
      in.fail("is damaged: its segments are out of order");
    }
    end = pair[0];
    s.segments.push_back({end, static_cast<Role>(pair[1])});
  }
  if (end != h.n_tokens) in.fail("is damaged: its segments leave out tokens");
  s.tokens.resize(static_cast<size_t>(h.n_tokens));
  in.read(s.tokens.data(), s.tokens.size() * sizeof(int32_t));
  for (int32_t id : s.tokens) {
    if (id < 0 || id >= executor.n_vocab()) in.fail("is damaged: it has unknown tokens");
  }
  s.kv.reserve(0, h.n_computed);
  for (int i = 0; i < s.kv.n_pages(); ++i) {
    in.read(s.kv.page_of(i * kPagePositions), executor.cache().page_bytes());
  }
  s.n_computed = h.n_computed;
  return s;
}

}  // namespace q3l
