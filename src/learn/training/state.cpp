#include "learn/training/internal/state.h"

#include <array>
#include <cstring>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/file.h"

namespace osler::learn::training {
namespace {

constexpr std::string_view kMagic = "osler-checkpoint/1\n";
constexpr std::size_t kDigestSize = 32;

// The tensors of a state in the file's order.
std::array<at::Tensor*, 7> tensors_of(State& state) {
  return {&state.flat.parameters, &state.flat.statistics, &state.moments.first,
          &state.moments.second,  &state.moments.mean,    &state.kept.parameters,
          &state.kept.statistics};
}

Epoch epoch_from(const Json& json) {
  const auto& validation = json.at("validation");
  Epoch epoch;
  epoch.stage = json.at("stage").get<std::string>();
  epoch.number = json.at("epoch").get<std::int64_t>();
  epoch.of = json.at("of").get<std::int64_t>();
  epoch.loss = json.at("loss").get<double>();
  epoch.learning_rate = json.at("learning_rate").get<double>();
  epoch.auroc = validation.at("auroc").get<double>();
  epoch.auprc = validation.at("auprc").get<double>();
  epoch.validation_loss = validation.at("loss").get<double>();
  epoch.best = json.at("best").get<bool>();
  epoch.seconds = json.at("seconds").get<double>();
  return epoch;
}

Error broken(const std::filesystem::path& path) {
  return Error(ErrorCode::DataCorrupt, "the checkpoint is not whole")
      .at(path.string())
      .hint("remove it to train from the start");
}

// Reads the header's members and the tensors behind it; throws what nlohmann throws.
bool fill(State& state, const Json& header, std::string_view data) {
  state.stage = header.at("stage").get<std::int64_t>();
  state.epoch = header.at("epoch").get<std::int64_t>();
  state.step = header.at("step").get<std::int64_t>();
  state.since_best = header.at("since_best").get<std::int64_t>();
  state.best = epoch_from(header.at("best"));
  for (const auto& epoch : header.at("history")) {
    state.history.push_back(epoch_from(epoch));
  }
  state.seconds = header.at("seconds").get<double>();
  state.images = header.at("images").get<std::int64_t>();
  const auto sizes = header.at("tensors").get<std::vector<std::int64_t>>();
  const auto tensors = tensors_of(state);
  if (sizes.size() != tensors.size()) {
    return false;
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 0) {
      continue;
    }
    const auto bytes = static_cast<std::size_t>(sizes[i]) * sizeof(float);
    if (bytes > data.size()) {
      return false;
    }
    *tensors[i] = at::empty({sizes[i]});
    std::memcpy(tensors[i]->data_ptr<float>(), data.data(), bytes);
    data.remove_prefix(bytes);
  }
  return data.empty();
}

}  // namespace

Json to_json(const Epoch& epoch) {
  return {{"stage", epoch.stage},
          {"epoch", epoch.number},
          {"of", epoch.of},
          {"loss", epoch.loss},
          {"learning_rate", epoch.learning_rate},
          {"validation",
           {{"auroc", epoch.auroc}, {"auprc", epoch.auprc}, {"loss", epoch.validation_loss}}},
          {"best", epoch.best},
          {"seconds", epoch.seconds}};
}

Result<void> write_checkpoint(const std::filesystem::path& path, const State& state,
                              const std::string& identity) {
  State copy = state;  // the tensors are shared
  const auto tensors = tensors_of(copy);
  std::vector<std::int64_t> sizes;
  Json history = Json::array();
  for (const auto* tensor : tensors) {
    sizes.push_back(tensor->defined() ? tensor->numel() : -1);
  }
  for (const auto& epoch : state.history) {
    history.push_back(to_json(epoch));
  }
  const Json header{{"identity", identity},           {"stage", state.stage},
                    {"epoch", state.epoch},           {"step", state.step},
                    {"since_best", state.since_best}, {"best", to_json(state.best)},
                    {"history", std::move(history)},  {"seconds", state.seconds},
                    {"images", state.images},         {"tensors", sizes}};
  std::string text = std::string(kMagic) + dump_json(header) + "\n";
  for (const auto* tensor : tensors) {
    if (tensor->defined()) {
      const auto whole = tensor->contiguous();
      text.append(reinterpret_cast<const char*>(whole.data_ptr<float>()),
                  static_cast<std::size_t>(whole.numel()) * sizeof(float));
    }
  }
  const auto digest = crypto::sha256(text);
  text.append(as_text(digest.bytes));
  return write_file(path, text);
}

Result<std::optional<State>> read_checkpoint(const std::filesystem::path& path,
                                             const std::string& identity) {
  const auto bytes = read_file(path, std::uint64_t{1} << 36);
  if (!bytes) {
    if (bytes.error().code == ErrorCode::NotFound) {
      return std::optional<State>{};
    }
    return bytes.error();
  }
  std::string_view text = as_text(*bytes);
  if (text.size() < kMagic.size() + kDigestSize || !text.starts_with(kMagic)) {
    return broken(path);
  }
  const auto body = text.substr(0, text.size() - kDigestSize);
  if (as_text(crypto::sha256(body).bytes) != text.substr(body.size())) {
    return broken(path);
  }
  const auto line_end = body.find('\n', kMagic.size());
  if (line_end == std::string_view::npos) {
    return broken(path);
  }
  OSLER_TRY(const Json header,
            parse_json(body.substr(kMagic.size(), line_end - kMagic.size()), path.string()));
  OSLER_TRY(const auto owner, json_string(header, "identity"));
  if (owner != identity) {
    return Error(ErrorCode::FailedPrecondition,
                 "the folder holds the checkpoint of another training run")
        .at(path.string())
        .hint("train into an empty folder, or remove the checkpoint");
  }
  try {
    State state;
    if (!fill(state, header, body.substr(line_end + 1))) {
      return broken(path);
    }
    return std::optional<State>(std::move(state));
  } catch (const nlohmann::json::exception&) {
    return broken(path);
  }
}

}  // namespace osler::learn::training
