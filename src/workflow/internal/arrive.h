#pragma once

#include <cstdint>
#include <string_view>

#include "base/crypto.h"
#include "base/result.h"
#include "clinical/instance.h"
#include "storage/database/database.h"
#include "workflow/configuration.h"

namespace osler::workflow::internal {

// How films of one ingest come to the worklist.
struct Arrival {
  std::int64_t now_ms = 0;  // since 1970
  bool listed = true;       // false: taken in as history
  const Configuration* configuration = nullptr;
};

// Puts an instance's study on the worklist, or brings the study's row up to date: a film that
// arrives after its study was acknowledged puts the study back on the list. Its row in `originals`
// must stand already.
[[nodiscard]] Result<void> arrive(storage::Transaction& change, const clinical::Instance& instance,
                                  const crypto::Digest& original, const Arrival& arrival);

// "CRITICAL", "STAT", "HIGH", "LOW", … as requests write them (PS3.3 C.4.11, HL7 table 0485); what
// is not known is routine.
[[nodiscard]] Urgency urgency_of(std::string_view priority);

}  // namespace osler::workflow::internal
