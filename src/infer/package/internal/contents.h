#pragma once

#include <map>
#include <string>

#include "base/crypto.h"
#include "base/result.h"
#include "infer/package/package.h"

namespace osler::infer::package {

using Files = std::map<std::string, Bytes>;  // name -> bytes, the manifest's own two left out

// InvalidArgument: what Contents does not allow.
[[nodiscard]] Result<Files> to_files(const Contents& contents);
// DataCorrupt: a file that does not hold what it should.
[[nodiscard]] Result<Contents> from_files(Files files);

// The same of model.json and card.md alone.
[[nodiscard]] Result<Contents> papers_from_files(Files files);

// The network, once it was inspected and its golden inputs gave their logits.
struct Proven {
  engine::Session session;
  std::optional<onnx::LinearHead> head;  // of a network that has "map" and "features"
  double difference = 0.0;               // the largest of a golden logit
};
// DataCorrupt: a golden input gives another logit. NotSupported: another kind of network.
[[nodiscard]] Result<Proven> prove(const Contents& contents, int threads);

}  // namespace osler::infer::package
