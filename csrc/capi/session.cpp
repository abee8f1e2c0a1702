#include "capi/border.h"
#include "capi/conversation.h"
#include "capi/model.h"

using namespace q3l;
using capi::guarded;
using capi::require;

struct q3l_session {
  capi::Conversation conversation;
  const q3l_params params;  // where a call gives none
};

namespace {

using Answering = q3l_result (capi::Conversation::*)(const std::string&, const q3l_params&,
                                                     const capi::Listener&);

q3l_status answer(Answering answering, q3l_session* session, const char* text,
                  const q3l_params* params, const capi::Listener& listener, q3l_result* result) {
  return guarded([&] {
    require(session, "session");
    require(text, "text");
    const q3l_params& chosen = params ? capi::given(*params, "q3l_params") : session->params;
    const q3l_result found = (session->conversation.*answering)(text, chosen, listener);
    if (result) *result = found;
  });
}

}  // namespace

extern "C" {

q3l_status q3l_session_open(q3l_model* model, q3l_session** session) {
  return guarded([&] {
    require(session, "session");
    *session = nullptr;
    require(model, "model");
    *session =
        new q3l_session{capi::Conversation(model->engine), capi::default_params(model->sampling)};
  });
}

void q3l_session_close(q3l_session* session) {
  delete session;
}

q3l_status q3l_add(q3l_session* session, const char* role, const char* text) {
  return guarded([&] {
    require(session, "session");
    require(role, "role");
    require(text, "text");
    session->conversation.add({role, text});
  });
}

q3l_status q3l_ask(q3l_session* session, const char* message, const q3l_params* params,
                   q3l_on_text* on_text, void* user, q3l_result* result) {
  return answer(&capi::Conversation::ask, session, message, params, {on_text, user}, result);
}

q3l_status q3l_complete(q3l_session* session, const char* text, const q3l_params* params,
                        q3l_on_text* on_text, void* user, q3l_result* result) {
  return answer(&capi::Conversation::complete, session, text, params, {on_text, user}, result);
}

const char* q3l_answer(const q3l_session* session) {
  return session->conversation.answer().c_str();
}

void q3l_cancel(q3l_session* session) {
  session->conversation.cancel();
}

}  // extern "C"
