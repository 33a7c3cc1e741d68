#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/reading/service.h"
#include "workflow/scorer.h"

namespace osler::workflow::reading {

struct ScoringOptions {
  std::size_t threads = 0;  // films scored side by side; 0: all hardware threads
};

// A model whose package could not be opened: it says nothing until it can be.
struct BrokenModel {
  ModelName model;
  std::string why;
  std::int64_t since_ms = 0;
};

// Gives the films that arrive to the models in service, and writes down what they say. The queue is
// rows in the home, so that a stop or a kill loses nothing: what was not written is scored again,
// what was written is never scored twice. Models are taken in and out of service as the registry
// and the pauses say, without a film left behind.
class Scoring {
 public:
  // Opens the models and starts. `home` must outlive it.
  // NotFound: osler-decode is not there. Others as the database says.
  [[nodiscard]] static Result<std::unique_ptr<Scoring>> start(Home& home,
                                                              const ScoringOptions& options = {});
  virtual ~Scoring() = default;
  Scoring(const Scoring&) = delete;
  Scoring& operator=(const Scoring&) = delete;

  // Something changed (films came, a stage moved, a pause): look at once instead of in a moment.
  virtual void nudge() = 0;
  // The opened model by name; version 0: the one in production. Null: it is not in service.
  [[nodiscard]] virtual std::shared_ptr<const Scorer> find(const ModelName& model) const = 0;
  // What is in service now, opened or not.
  [[nodiscard]] virtual std::vector<InService> models() const = 0;
  [[nodiscard]] virtual std::vector<BrokenModel> broken() const = 0;
  // Whether the models in service have been looked up since the start: before that, find() gives
  // none of them, whatever the registry says.
  [[nodiscard]] virtual bool looked_up() const = 0;
  // Whether everything that arrived has been given to the models and scored.
  [[nodiscard]] virtual bool idle() const = 0;
  // Ends what is being scored and returns; nothing more is written afterwards.
  virtual void stop() = 0;

 protected:
  Scoring() = default;
};

}  // namespace osler::workflow::reading
