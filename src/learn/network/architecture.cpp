#include "learn/network/architecture.h"

#include <algorithm>
#include <string>

namespace osler::learn::network {
namespace {

// Below this the last map would be empty, or a single pixel that no map can be drawn from.
std::int64_t smallest_side(const Architecture& architecture) {
  switch (architecture.kind) {
    case Kind::SmallResidual:
      return std::int64_t{1} << architecture.widths.size();
    case Kind::ResNet18:
      return 16;
    case Kind::SqueezeNet11:
      return 48;
  }
  return 1;
}

}  // namespace

Result<void> check(const Architecture& architecture) {
  const auto& widths = architecture.widths;
  if (architecture.kind == Kind::SmallResidual) {
    if (widths.empty() || widths.size() > 8) {
      return Error(ErrorCode::InvalidArgument,
                   "widths needs 1 to 8 numbers, not " + std::to_string(widths.size()));
    }
    const auto outside = [](std::int64_t width) { return width < 1 || width > 2048; };
    if (std::ranges::any_of(widths, outside)) {
      return Error(ErrorCode::InvalidArgument, "a width is outside 1 to 2048");
    }
  }
  if (!(architecture.dropout >= 0.0 && architecture.dropout < 1.0)) {
    return Error(ErrorCode::InvalidArgument, "dropout is outside 0 to 1");
  }
  const auto least = smallest_side(architecture);
  if (architecture.side < least) {
    return Error(ErrorCode::InvalidArgument, "images of " + std::to_string(architecture.side) +
                                                 " pixels are too small for " + "this network")
        .hint("use images of at least " + std::to_string(least) + " pixels, or another network");
  }
  return {};
}

std::int64_t stem_stride(std::int64_t side) {
  if (side < 64) {
    return 1;
  }
  return side < 160 ? 2 : 4;
}

}  // namespace osler::learn::network
