#include "workflow/oversight/internal/papers.h"

#include <utility>

#include "infer/package/package.h"
#include "workflow/oversight/internal/json_reading.h"

namespace osler::workflow::oversight::internal {
namespace {

std::vector<deploy::gates::SignOff> sign_offs_in(const Json& list) {
  std::vector<deploy::gates::SignOff> found;
  if (list.is_array()) {
    for (const auto& entry : list) {
      found.push_back({.person = text_in(entry, "person"), .reason = text_in(entry, "reason")});
    }
  }
  return found;
}

Result<Papers> read(const infer::package::Contents& contents) {
  OSLER_TRY(const Json finding, parse_json(contents.finding, "finding"));
  OSLER_TRY(const Json use, parse_json(contents.intended_use, "intended_use"));
  OSLER_TRY(const Json gates, parse_json(contents.gates, "gates"));
  OSLER_TRY(const Json metrics, parse_json(contents.metrics, "metrics"));
  OSLER_TRY(const Json provenance, parse_json(contents.provenance, "provenance"));
  Papers papers;
  papers.finding = text_in(finding, "label");
  papers.intended_use = text_in(use, "statement");
  papers.card = contents.card;
  papers.gates = gate_rows(member(gates, "gates"), metrics);
  papers.sign_offs = sign_offs_in(member(gates, "sign_offs"));
  if (const Json& list = member(gates, "gates"); list.is_array()) {
    OSLER_TRY(const auto judged, deploy::gates::gates_from_json(list));
    if (const auto allowed = deploy::gates::may_register(judged, papers.sign_offs); !allowed) {
      papers.open_gates = allowed.error().message;
    }
  }
  papers.sensitivity_floor =
      number_in(member(member(provenance, "study_file"), "gates"), "sensitivity_lower");
  papers.dataset = text_in(provenance, "dataset");
  papers.dataset_digest = text_in(provenance, "dataset_digest");
  return papers;
}

}  // namespace

Result<Papers> PaperShelf::find(const Home& home, const ModelVersion& model) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_digest_.find(model.digest); known != by_digest_.end()) {
      return known->second;
    }
  }
  OSLER_TRY(const auto read_now, infer::package::read_papers(model.folder, home.trusted_keys()));
  if (read_now.digest.hex() != model.digest) {
    return Error(ErrorCode::DataCorrupt, "the package is not the one that was registered")
        .at(model.reference());
  }
  OSLER_TRY(auto papers, read(read_now.contents));
  const std::lock_guard lock(mutex_);
  return by_digest_.insert_or_assign(model.digest, std::move(papers)).first->second;
}

}  // namespace osler::workflow::oversight::internal
