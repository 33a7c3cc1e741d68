#include "infer/onnx/adapt.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "base/rng.h"
#include "infer/onnx/internal/edit.h"
#include "infer/onnx/internal/graph.h"

namespace osler::infer::onnx {
namespace {

Error wrong(std::string why) {
  return Error(ErrorCode::InvalidArgument, std::move(why));
}

// What the finding's score is made of.
enum class Kind : std::uint8_t {
  Column,       // logit = z[p]: one score, or independent (sigmoid) ones
  Difference,   // logit = z[p] - z[other]: a softmax of two
  OneAgainst,   // logit = z[p] - log(sum of exp of the others): a softmax of several
  Probability,  // logit = log(p) - log(1 - p) of column p
};

Result<Kind> kind_of(const Description& description, Activation activation,
                     const AdaptOptions& options) {
  const bool one = description.classes == 1;
  const Kind softmax = description.classes == 2 ? Kind::Difference : Kind::OneAgainst;
  if (activation != Activation::None && options.scores == Scores::Logits) {
    return wrong(
               "the network's last operator makes probabilities, but its scores are said to be "
               "logits")
        .hint("leave the kind of the scores to be found by osler");
  }
  switch (activation) {
    case Activation::Sigmoid:
      return Kind::Column;
    case Activation::Softmax:
    case Activation::LogSoftmax:
      if (one) {
        return Error(ErrorCode::NotSupported, "a softmax over one column always gives 1");
      }
      return softmax;
    case Activation::None:
      break;
  }
  if (options.scores == Scores::Probabilities) {
    return Kind::Probability;
  }
  if (one) {
    return Kind::Column;
  }
  if (description.classes == 2 || options.scores == Scores::Logits) {
    return softmax;
  }
  return Error(ErrorCode::NotSupported, "the network gives " + std::to_string(description.classes) +
                                            " columns and does not say what they are")
      .hint("say whether they are logits or probabilities");
}

Result<void> check_options(const Description& description, const AdaptOptions& options) {
  const auto size = [](std::optional<std::size_t> side) {
    return side ? std::to_string(*side) : std::string("any");
  };
  const bool fits = options.height > 0 && options.width > 0 &&
                    description.height.value_or(options.height) == options.height &&
                    description.width.value_or(options.width) == options.width;
  if (!fits) {
    return wrong("the network takes images of " + size(description.height) + " x " +
                 size(description.width) + " pixels, the study's transform gives " +
                 std::to_string(options.height) + " x " + std::to_string(options.width))
        .hint("set the size in the study file's transform");
  }
  if (description.classes > 1 && options.positive_class >= description.classes) {
    return wrong("the network gives " + std::to_string(description.classes) +
                 " columns, there is no column " + std::to_string(options.positive_class));
  }
  if (!(options.scale.empty() || options.scale.size() == description.channels) ||
      !(options.shift.empty() || options.shift.size() == description.channels)) {
    return wrong("scale and shift must have one value for each of the network's " +
                 std::to_string(description.channels) + " channels");
  }
  return {};
}

// Makes `inner`, what the network takes, from the image [N, 1, H, W]: repeated, scaled, shifted.
void adapt_input(Editor& editor, const Description& description, const std::string& inner,
                 const AdaptOptions& options) {
  auto& graph = editor.graph();
  for (int i = 0; i < graph.input_size(); ++i) {
    if (graph.input(i).name() == inner) {
      graph.mutable_input()->DeleteSubrange(i, 1);
      break;
    }
  }
  const bool fixed_batch = description.batch.has_value() && editor.batch_is_built_in();
  auto& input = *graph.add_input();
  set_float_shape(input, "image",
                  {fixed_batch ? 1 : -1, 1, static_cast<long>(options.height),
                   static_cast<long>(options.width)});
  std::string value = "image";
  const auto step = [&](const std::string& op, const std::vector<std::string>& inputs) {
    value = editor.prepend(op, inputs);
  };
  if (description.channels == 3) {
    set_integer(editor.prepend_node("Concat", {"image", "image", "image"}, value = editor.fresh()),
                "axis", 1);
  }
  const std::vector<std::int64_t> per_channel{1, static_cast<std::int64_t>(description.channels), 1,
                                              1};
  if (!options.scale.empty()) {
    step("Mul", {value, editor.floats(per_channel, options.scale)});
  }
  if (!options.shift.empty()) {
    step("Add", {value, editor.floats(per_channel, options.shift)});
  }
  editor.prepend_node("Identity", {value}, inner);
  editor.finish_prepending();
}

// One row of a linear head: the finding's, or the difference of two.
LinearHead fold(const LinearHead& head, Kind kind, std::size_t positive) {
  const std::size_t row = head.classes == 1 ? 0 : positive;
  LinearHead folded{.classes = 1, .features = head.features};
  folded.weights.assign(
      head.weights.begin() + static_cast<std::ptrdiff_t>(row * head.features),
      head.weights.begin() + static_cast<std::ptrdiff_t>((row + 1) * head.features));
  folded.bias = {head.bias[row]};
  if (kind == Kind::Difference) {
    const std::size_t other = 1 - row;
    for (std::size_t f = 0; f < head.features; ++f) {
      folded.weights[f] -= head.weights[other * head.features + f];
    }
    folded.bias[0] -= head.bias[other];
  }
  return folded;
}

void add_gemm(Editor& editor, const std::string& features, const LinearHead& head) {
  const auto count = static_cast<std::int64_t>(head.features);
  auto& gemm = editor.append_node(
      "Gemm", {features, editor.floats({1, count}, head.weights), editor.floats({1}, head.bias)},
      "logit");
  set_integer(gemm, "transB", 1);
}

std::string column(Editor& editor, const std::string& scores, std::int64_t which) {
  const std::string name = editor.fresh();
  auto& gather = editor.append_node("Gather", {scores, editor.integers({which})}, name);
  set_integer(gather, "axis", 1);
  return name;
}

constexpr float kLeast = 1e-7F;

// log(p) - log(1 - p), with p held off 0 and 1 by what a float can tell from 1.
void add_log_odds(Editor& editor, const std::string& probability) {
  const std::string least = editor.floats({1}, {kLeast});
  const std::string one = editor.floats({1}, {1.0F});
  const std::string p = editor.append("Max", {probability, least});
  const std::string q = editor.append("Max", {editor.append("Sub", {one, p}), least});
  editor.append_node("Sub", {editor.append("Log", {p}), editor.append("Log", {q})}, "logit");
}

void add_logit(Editor& editor, const std::string& scores, std::size_t classes, Kind kind,
               std::size_t positive) {
  const auto p = static_cast<std::int64_t>(classes == 1 ? 0 : positive);
  const std::string own = column(editor, scores, p);
  switch (kind) {
    case Kind::Column:
      editor.append_node("Identity", {own}, "logit");
      return;
    case Kind::Difference:
      editor.append_node("Sub", {own, column(editor, scores, 1 - p)}, "logit");
      return;
    case Kind::Probability:
      add_log_odds(editor, own);
      return;
    case Kind::OneAgainst:
      break;
  }
  std::vector<std::int64_t> others(classes);
  std::iota(others.begin(), others.end(), std::int64_t{0});
  std::erase(others, p);
  // The largest is taken off first, so that no exponential overflows. axes became an input at opset
  // 18; a Gather of each column and Max and Sum need none.
  std::vector<std::string> columns;
  columns.reserve(others.size());
  for (const auto other : others) {
    columns.push_back(column(editor, scores, other));
  }
  const std::string largest = editor.append("Max", columns);
  std::vector<std::string> exponentials;
  exponentials.reserve(columns.size());
  for (const auto& other : columns) {
    exponentials.push_back(editor.append("Exp", {editor.append("Sub", {other, largest})}));
  }
  const std::string rest =
      editor.append("Add", {largest, editor.append("Log", {editor.append("Sum", exponentials)})});
  editor.append_node("Sub", {own, rest}, "logit");
}

// Gives the values of the head the names that osler's own networks have.
void add_outputs(Editor& editor, const std::optional<HeadPlace>& place) {
  editor.add_output("logit", {-1, 1});
  if (place) {
    editor.append_node("Identity", {place->features}, "features");
    editor.append_node("Identity", {place->map}, "map");
    editor.add_output("features", {-1, static_cast<std::int64_t>(place->head.features)});
    editor.add_output("map", {-1, static_cast<std::int64_t>(place->head.features), -1, -1});
  }
}

}  // namespace

Result<Exposed> expose_map(BytesView onnx, const Limits& limits) {
  OSLER_TRY(auto read, parse_and_inspect(onnx, limits));
  const auto& graph = read.model.graph();
  const auto made_by = producers(graph);
  const auto ending = find_ending(graph, made_by, read.description.outputs.front().name);
  auto place = find_head(graph, made_by, ending.logits);
  Bytes same(onnx.begin(), onnx.end());
  if (!place) {
    return Exposed{std::move(same), std::nullopt};
  }
  const auto has = [&](const char* name) {
    return std::ranges::any_of(read.description.outputs,
                               [&](const Output& output) { return output.name == name; });
  };
  if (has("map") && has("features")) {
    const bool as_found =
        see_through(graph, made_by, "map") == see_through(graph, made_by, place->map) &&
        see_through(graph, made_by, "features") == see_through(graph, made_by, place->features);
    if (!as_found) {
      return Exposed{std::move(same), std::nullopt};
    }
    return Exposed{std::move(same), std::move(place->head)};
  }
  if (has("map") || has("features")) {
    return Exposed{std::move(same), std::nullopt};
  }
  Editor editor(std::move(read.model));
  for (const auto* name : {"features", "map"}) {
    editor.set_aside(name, {&place->features, &place->map});
  }
  editor.append_node("Identity", {place->features}, "features");
  editor.append_node("Identity", {place->map}, "map");
  const auto features = static_cast<std::int64_t>(place->head.features);
  editor.add_output("features", {-1, features});
  editor.add_output("map", {-1, features, -1, -1});
  return Exposed{editor.finish(), std::move(place->head)};
}

Result<Bytes> adapt(BytesView onnx, const AdaptOptions& options, const Limits& limits) {
  OSLER_TRY(auto read, parse_and_inspect(onnx, limits));
  OSLER_TRY_DO(check_options(read.description, options));
  const auto& description = read.description;
  if (const std::size_t batch = description.batch.value_or(1); batch != 1) {
    return Error(ErrorCode::NotSupported,
                 "the network takes exactly " + std::to_string(batch) + " images at a time")
        .hint("export it with a free number of images");
  }
  Editor editor(std::move(read.model));
  std::string scores = description.outputs.front().name;
  std::string input = description.input;
  for (const auto* name : {"image", "logit", "features", "map"}) {
    editor.set_aside(name, {&scores, &input});
  }
  const auto made_by = producers(editor.graph());
  const auto ending = find_ending(editor.graph(), made_by, scores);
  OSLER_TRY(const Kind kind, kind_of(description, ending.activation, options));
  auto place = find_head(editor.graph(), made_by, ending.logits);
  if (place && place->head.classes != description.classes) {
    place.reset();
  }
  editor.forget_shapes();
  adapt_input(editor, description, input, options);
  if (place && (kind == Kind::Column || kind == Kind::Difference)) {
    add_gemm(editor, place->features, fold(place->head, kind, options.positive_class));
  } else {
    place.reset();
    std::string columns = ending.logits;
    if (description.outputs.front().shape.size() == 1) {
      columns = editor.append("Reshape", {columns, editor.integers({-1, 1})});
    }
    add_logit(editor, columns, description.classes, kind, options.positive_class);
  }
  add_outputs(editor, place);
  editor.drop_unused();
  if (editor.graph().input_size() == 0) {
    return Error(ErrorCode::NotSupported, "the network's scores do not depend on the image");
  }
  return editor.finish();
}

Result<Bytes> randomise_weights(BytesView onnx, std::uint64_t seed, const Limits& limits) {
  OSLER_TRY(auto read, parse_and_inspect(onnx, limits));
  Rng rng = Rng::named(seed, "randomise weights");
  for (auto& tensor : *read.model.mutable_graph()->mutable_initializer()) {
    if (tensor.data_type() != ::onnx::TensorProto::FLOAT || tensor.dims_size() < 2) {
      continue;
    }
    auto values = float_values(tensor);
    double squares = 0.0;
    for (const float value : values) {
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    const double deviation =
        values.empty() ? 0.0 : std::sqrt(squares / static_cast<double>(values.size()));
    tensor.clear_raw_data();
    tensor.clear_float_data();
    for (std::size_t i = 0; i < values.size(); ++i) {
      tensor.add_float_data(static_cast<float>(rng.normal(0.0, deviation)));
    }
  }
  return serialise(read.model);
}

}  // namespace osler::infer::onnx
