#pragma once

#include <span>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/internal/examine.h"
#include "workflow/take_in.h"

namespace osler::workflow::internal {

// Writes the receipt's head, before the first item: after a kill it shows what was not finished.
[[nodiscard]] Result<void> begin_receipt(Home& home, const Receipt& receipt);
[[nodiscard]] Result<void> end_receipt(Home& home, const Receipt& receipt,
                                       const std::string& actor);

// Decides what is a duplicate, makes the objects durable, then writes all rows and the audit record
// in one transaction, and adds the items to the receipt. Objects come first: a kill between leaves
// objects that no row names, never a row without its object.
struct KeepOptions {
  std::size_t threads = 1;
  bool history = false;  // kept off the worklist
};
[[nodiscard]] Result<void> keep(Home& home, Receipt& receipt, std::span<Examined> batch,
                                const KeepOptions& options);

// Whether the research copy of this instance is kept already.
[[nodiscard]] Result<bool> has_research(Home& home, const std::string& pseudonymous_uid);
// One research copy's row; its object must be durable.
[[nodiscard]] Result<void> insert_research(storage::Transaction& change, const ResearchCopy& copy,
                                           const crypto::Digest& digest,
                                           const std::optional<crypto::Digest>& pixels,
                                           const std::string& profile);

}  // namespace osler::workflow::internal
