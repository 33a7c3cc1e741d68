#include "workflow/oversight/oversight.h"

#include <utility>

#include "workflow/oversight/internal/state.h"
#include "workflow/oversight/internal/tables.h"

namespace osler::workflow::oversight {

Oversight::Oversight(std::unique_ptr<State> state) : state_(std::move(state)) {}
Oversight::Oversight(Oversight&&) noexcept = default;
Oversight& Oversight::operator=(Oversight&&) noexcept = default;
Oversight::~Oversight() = default;

Result<Oversight> Oversight::create(Home& home) {
  OSLER_TRY_DO(internal::migrate(home.database()));
  return Oversight(std::make_unique<State>(home));
}

}  // namespace osler::workflow::oversight
