#include "workflow/oversight/internal/tables.h"

#include <array>

namespace osler::workflow::oversight::internal {
namespace {

using storage::database::Migration;

// Both hold every column that the pages count by, so that counting a month of a busy model
// touches no row of the tables themselves.
constexpr const char* kIndices = R"sql(
CREATE INDEX results_activity ON results (model, version, queued_ms, state, scored_ms);
CREATE INDEX decisions_activity ON decisions (digest, at_ms, result, decision, state, tier, reason);
)sql";

constexpr std::array kSchema{Migration{"oversight/1-indices", kIndices}};

}  // namespace

Result<void> migrate(storage::Database& database) {
  return database.migrate(kSchema);
}

}  // namespace osler::workflow::oversight::internal
