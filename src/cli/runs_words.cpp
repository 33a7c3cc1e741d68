#include "cli/runs_words.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"

namespace osler::cli {
namespace {

Json parsed(const std::string& text) {
  const auto document = parse_json(text, "run");
  return document ? *document : Json();
}

}  // namespace

std::string primary_metric(const workflow::Run& run) {
  const Json metrics = parsed(run.metrics);
  const Json auroc =
      metrics.is_object() ? metrics.value("test", Json::object()).value("auroc", Json()) : Json();
  if (!auroc.is_object() || !auroc["value"].is_number()) {
    return run.state;
  }
  std::string text = "AUROC " + fixed(auroc["value"].get<double>(), 3);
  if (auroc["lower"].is_number()) {
    text += " (" + fixed(auroc["lower"].get<double>(), 3) + " to " +
            fixed(auroc["upper"].get<double>(), 3) + ")";
  }
  return text;
}

Json to_json(const workflow::Run& run) {
  return {{"run", run.name()},
          {"study", run.study},
          {"kind", run.kind},
          {"state", run.state},
          {"dataset", run.dataset},
          {"seed", run.seed},
          {"parameters", parsed(run.parameters)},
          {"system", parsed(run.system)},
          {"metrics", parsed(run.metrics)},
          {"result", parsed(run.result)},
          {"started", run.started},
          {"ended", run.ended}};
}

}  // namespace osler::cli
