// What a q3l_model is. Sessions share its engine, so that they may be closed in any order.
#pragma once

#include <memory>

#include "capi/q3l.h"
#include "engine/chat.h"

struct q3l_model {
  std::shared_ptr<q3l::Engine> engine;
  q3l::SamplerParams sampling;  // recommended
};

namespace q3l::capi {

q3l_params default_params(const SamplerParams& sampling);

}  // namespace q3l::capi
