#include "infer/package/internal/contents.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/arrays/npy.h"
#include "base/json.h"
#include "infer/package/internal/manifest.h"

namespace osler::infer::package {
namespace {

constexpr std::string_view kFormat = "osler-model/1";

Error wrong(std::string why) {
  return Error(ErrorCode::InvalidArgument, std::move(why));
}
Error broken(std::string why, std::string_view file) {
  return Error(ErrorCode::DataCorrupt, std::move(why)).at(std::string(file));
}

// The members of Contents that hold JSON, with their keys in model.json.
struct JsonMember {
  std::string_view key;
  std::string Contents::* text;
};
constexpr std::array kJsonMembers{JsonMember{"transform", &Contents::transform},
                                  JsonMember{"finding", &Contents::finding},
                                  JsonMember{"intended_use", &Contents::intended_use},
                                  JsonMember{"provenance", &Contents::provenance},
                                  JsonMember{"metrics", &Contents::metrics},
                                  JsonMember{"gates", &Contents::gates}};

Bytes to_bytes(std::string_view text) {
  const auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

Result<Bytes> model_json(const Contents& contents) {
  Json document{{"format", kFormat},
                {"name", contents.name},
                {"version", contents.version},
                {"score_map", clinical::to_json(contents.score_map)},
                {"golden_tolerance", contents.golden.tolerance}};
  for (const auto& [key, text] : kJsonMembers) {
    auto member = parse_json(contents.*text, key);
    if (!member) {
      return wrong("the package's " + std::string(key) + " is not JSON: " + member.error().message);
    }
    document[std::string(key)] = *std::move(member);
  }
  return to_bytes(pretty_json(document));
}

Result<Bytes> golden_npz(const GoldenInputs& golden) {
  const std::size_t pixels = golden.images * golden.height * golden.width;
  if (golden.images < kFewestGolden || pixels == 0 || golden.pixels.size() != pixels ||
      golden.logits.size() != golden.images || !(golden.tolerance > 0.0)) {
    return wrong("a package needs at least " + std::to_string(kFewestGolden) +
                 " golden inputs with one logit each and a tolerance, not " +
                 std::to_string(golden.images));
  }
  return arrays::to_npz(
      {{"logits", arrays::Array::of<float>({golden.images}, golden.logits)},
       {"pixels",
        arrays::Array::of<float>({golden.images, 1, golden.height, golden.width}, golden.pixels)}});
}

Result<void> read_golden(Bytes bytes, GoldenInputs& golden) {
  OSLER_TRY(const auto npz, arrays::Npz::from_memory(std::move(bytes), std::string(kGolden)));
  OSLER_TRY(const auto pixels, npz.read("pixels"));
  OSLER_TRY(const auto logits, npz.read("logits"));
  OSLER_TRY(const auto pixel_values, pixels.values<float>());
  OSLER_TRY(const auto logit_values, logits.values<float>());
  const auto& shape = pixels.shape;
  if (shape.size() != 4 || shape[0] < kFewestGolden || shape[1] != 1 ||
      logit_values.size() != shape[0]) {
    return broken("the golden inputs are not at least " + std::to_string(kFewestGolden) +
                      " images with one logit each",
                  kGolden);
  }
  golden.images = shape[0];
  golden.height = shape[2];
  golden.width = shape[3];
  golden.pixels.assign(pixel_values.begin(), pixel_values.end());
  golden.logits.assign(logit_values.begin(), logit_values.end());
  return {};
}

Result<void> read_model(std::string_view text, Contents& contents) {
  OSLER_TRY(const Json document, parse_json(text, kModel));
  OSLER_TRY(const std::string format, json_string(document, "format"));
  if (format != kFormat) {
    return broken("this is not of the format " + std::string(kFormat), kModel);
  }
  OSLER_TRY(contents.name, json_string(document, "name"));
  OSLER_TRY(contents.version, json_integer(document, "version"));
  OSLER_TRY(contents.golden.tolerance, json_number(document, "golden_tolerance"));
  for (const auto& [key, member] : kJsonMembers) {
    const auto found = document.find(key);
    if (found == document.end()) {
      return broken("the member \"" + std::string(key) + "\" is missing", kModel);
    }
    contents.*member = dump_json(*found);
  }
  const auto score_map = document.find("score_map");
  if (score_map == document.end()) {
    return broken("the member \"score_map\" is missing", kModel);
  }
  OSLER_TRY(contents.score_map, clinical::score_map_from_json(*score_map));
  return {};
}

}  // namespace

Result<Files> to_files(const Contents& contents) {
  if (!is_package_name(contents.name) || contents.version < 1) {
    return wrong(
        "a package needs a name of lower-case letters, digits, '-', '_' and '.', and a "
        "version from 1");
  }
  Files files;
  OSLER_TRY(files[std::string(kModel)], model_json(contents));
  OSLER_TRY(files[std::string(kGolden)], golden_npz(contents.golden));
  files[std::string(kNetwork)] = contents.onnx;
  files[std::string(kCard)] = to_bytes(contents.card);
  if (!contents.novelty.empty()) {
    files[std::string(kNovelty)] = contents.novelty;
  }
  if (!contents.atlas.empty()) {
    files[std::string(kAtlas)] = contents.atlas;
  }
  return files;
}

Result<Contents> papers_from_files(Files files) {
  Contents contents;
  OSLER_TRY_DO(read_model(as_text(files[std::string(kModel)]), contents));
  contents.card = std::string(as_text(files[std::string(kCard)]));
  return contents;
}

Result<Contents> from_files(Files files) {
  OSLER_TRY(auto contents,
            papers_from_files({{std::string(kModel), std::move(files[std::string(kModel)])},
                               {std::string(kCard), std::move(files[std::string(kCard)])}}));
  OSLER_TRY_DO(read_golden(std::move(files[std::string(kGolden)]), contents.golden));
  contents.onnx = std::move(files[std::string(kNetwork)]);
  contents.novelty = std::move(files[std::string(kNovelty)]);
  contents.atlas = std::move(files[std::string(kAtlas)]);
  return contents;
}

Result<Proven> prove(const Contents& contents, int threads) {
  OSLER_TRY(const auto exposed, onnx::expose_map(contents.onnx));
  OSLER_TRY(auto session, engine::Session::create(contents.onnx, {.threads = threads}));
  const auto& golden = contents.golden;
  if (session.channels() != 1 || session.height() != golden.height ||
      session.width() != golden.width) {
    return Error(ErrorCode::NotSupported,
                 "the network takes other images than the package's golden inputs");
  }
  OSLER_TRY(const auto outputs, session.run(golden.pixels, golden.images));
  if (outputs.classes != 1) {
    return Error(ErrorCode::NotSupported, "the network gives " + std::to_string(outputs.classes) +
                                              " scores where a package has one");
  }
  double difference = 0.0;
  for (std::size_t i = 0; i < golden.images; ++i) {
    const double off =
        std::abs(static_cast<double>(outputs.logits[i]) - static_cast<double>(golden.logits[i]));
    if (!(off <= golden.tolerance)) {
      return broken("golden input " + std::to_string(i + 1) + " gives the score " +
                        std::to_string(outputs.logits[i]) + " here, the package says " +
                        std::to_string(golden.logits[i]),
                    kGolden)
          .hint(
              "the network does not compute here what it did when it was validated: do not use "
              "it on this machine");
    }
    difference = std::max(difference, off);
  }
  Proven proven{std::move(session), {}, difference};
  if (exposed.onnx == contents.onnx) {  // else it could have a map, but does not give it
    proven.head = exposed.head;
  }
  return proven;
}

}  // namespace osler::infer::package
