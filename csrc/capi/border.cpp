#include "capi/border.h"

#include <cstdio>
#include <new>

namespace q3l::capi {

namespace {

// No string: keeping a message must not fail.
thread_local char message[1024];

q3l_status keep(q3l_status status, const char* what) {
  std::snprintf(message, sizeof message, "%s", what);
  return status;
}

}  // namespace

q3l_status keep_error() noexcept {
  try {
    throw;
  } catch (const InvalidArgumentError& e) {
    return keep(Q3L_INVALID_ARGUMENT, e.what());
  } catch (const FileError& e) {
    return keep(Q3L_FILE_ERROR, e.what());
  } catch (const ModelFormatError& e) {
    return keep(Q3L_FORMAT_ERROR, e.what());
  } catch (const UnsupportedModelError& e) {
    return keep(Q3L_UNSUPPORTED_MODEL, e.what());
  } catch (const ContextOverflowError& e) {
    return keep(Q3L_CONTEXT_OVERFLOW, e.what());
  } catch (const OverloadedError& e) {
    return keep(Q3L_OVERLOADED, e.what());
  } catch (const std::bad_alloc&) {
    return keep(Q3L_OUT_OF_MEMORY,
                "out of memory; take a smaller model, n_ctx, kv_bytes or prompt_chunk");
  } catch (const std::exception& e) {
    return keep(Q3L_FAILED, e.what());
  } catch (...) {
    return keep(Q3L_FAILED, "the callback threw what is no std::exception");
  }
}

const char* last_error() noexcept {
  return message;
}

}  // namespace q3l::capi
