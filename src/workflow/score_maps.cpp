#include "workflow/score_maps.h"

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/text.h"
#include "dicom/decode/decoder.h"
#include "dicom/io/file.h"
#include "dicom/quality/quality.h"
#include "evaluate/metrics/proportion.h"
#include "imaging/transform/apply.h"
#include "imaging/transform/geometry.h"
#include "workflow/internal/heat.h"
#include "workflow/internal/sources.h"

namespace osler::workflow {
namespace {

using explain::saliency::Box;
using explain::saliency::HeatMap;

// A film with its boxes in its own pixels.
struct Marked {
  std::string file;
  std::vector<Box> boxes;
};

Result<std::optional<Box>> box_at(const CsvTable& table, std::size_t row,
                                  const std::array<std::size_t, 4>& columns) {
  std::array<double, 4> values{};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string text(trim(table.at(row, columns.at(i))));
    if (text.empty()) {
      return std::optional<Box>();
    }
    const auto number = parse_number(text);
    if (!number || (i >= 2 && !(*number > 0.0))) {
      return Error(ErrorCode::InvalidArgument,
                   "\"" + text + "\" is no " + (i < 2 ? "place" : "extent") + " of a box")
          .at(table.place(row))
          .hint("give pixels of the film as numbers, or leave all four empty");
    }
    values.at(i) = *number;
  }
  return std::optional<Box>(
      Box{.x = values[0], .y = values[1], .width = values[2], .height = values[3]});
}

Result<std::vector<Marked>> read_boxes(const BoxTable& boxes) {
  OSLER_TRY(const std::string text, read_text(boxes.path));
  OSLER_TRY(const auto table, CsvTable::parse(text, boxes.path.filename().string()));
  OSLER_TRY(const std::size_t file, table.require(boxes.file_column));
  std::array<std::size_t, 4> columns{};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    OSLER_TRY(columns.at(i), table.require(boxes.box_columns.at(i)));
  }
  std::size_t where = 0;
  if (!boxes.where_column.empty()) {
    OSLER_TRY(where, table.require(boxes.where_column));
  }
  std::map<std::string, std::vector<Box>> films;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!boxes.where_column.empty() && table.at(row, where) != boxes.where_value) {
      continue;
    }
    OSLER_TRY(const auto box, box_at(table, row, columns));
    if (box) {
      films[table.at(row, file)].push_back(*box);
    }
  }
  if (films.empty()) {
    return Error(ErrorCode::InvalidArgument, "no row has a box")
        .at(boxes.path.string())
        .hint("name the columns with --columns, the rows with --where");
  }
  std::vector<Marked> list;
  list.reserve(films.size());
  for (auto& [name, drawn] : films) {
    list.push_back({name, std::move(drawn)});
  }
  return list;
}

Result<clinical::Image> read_film(const std::filesystem::path& path,
                                  dicom::decode::Decoder& decoder) {
  OSLER_TRY(Bytes bytes, read_file(path, internal::kLargestInput));
  auto image = [&]() -> Result<clinical::Image> {
    if (internal::is_picture(bytes)) {
      return decoder.decode_picture(bytes);
    }
    OSLER_TRY(const auto file, dicom::io::File::parse(std::move(bytes)));
    return decoder.decode(file);
  }();
  return image ? std::move(image)
               : Result<clinical::Image>(std::move(image).error().at(path.string()));
}

// A network with the head that its maps are made from.
struct Network {
  infer::engine::Session session;
  std::optional<infer::onnx::LinearHead> head;
};

Result<Network> load(BytesView onnx) {
  OSLER_TRY(auto exposed, infer::onnx::expose_map(onnx));
  OSLER_TRY(auto session, infer::engine::Session::create(exposed.onnx));
  return Network{.session = std::move(session), .head = std::move(exposed.head)};
}

Result<HeatMap> map_of(const Network& network, std::span<const float> pixels) {
  OSLER_TRY(const auto outputs, network.session.run(pixels, 1));
  return internal::heat_of(network.head ? &*network.head : nullptr, outputs,
                           network.session.height(), network.session.width());
}

// What is known of one film after all networks have looked at it.
struct Looked {
  std::vector<Box> boxes;  // in pixels of the network's input
  crypto::Digest pixels;
  HeatMap trained;
  std::vector<HeatMap> randomised;
};

class Looker {
 public:
  Looker(const MapsRequest& request, const imaging::TransformSpec& transform, Network trained,
         std::vector<Network> randomised, dicom::decode::Decoder& decoder)
      : request_(request),
        transform_(transform),
        trained_(std::move(trained)),
        randomised_(std::move(randomised)),
        decoder_(decoder) {}

  Result<Looked> look(const Marked& film) const {
    OSLER_TRY(const auto image, read_film(request_.folder / film.file, decoder_));
    OSLER_TRY(const auto pixels, imaging::transform::apply(transform_, image));
    OSLER_TRY(const auto geometry, imaging::transform::geometry(transform_, image));
    Looked looked;
    looked.pixels = dicom::quality::pixel_digest(image);
    for (const auto& box : film.boxes) {
      const auto place = geometry.to_input(
          {.left = box.x, .top = box.y, .right = box.x + box.width, .bottom = box.y + box.height});
      looked.boxes.push_back({.x = place.left,
                              .y = place.top,
                              .width = place.right - place.left,
                              .height = place.bottom - place.top});
    }
    OSLER_TRY(looked.trained, map_of(trained_, pixels));
    for (const auto& network : randomised_) {
      OSLER_TRY(auto map, map_of(network, pixels));
      looked.randomised.push_back(std::move(map));
    }
    return looked;
  }

 private:
  const MapsRequest& request_;
  imaging::TransformSpec transform_;
  Network trained_;
  std::vector<Network> randomised_;
  dicom::decode::Decoder& decoder_;
};

Result<std::vector<Looked>> look_at_all(const Looker& looker, const std::vector<Marked>& films,
                                        Progress& progress) {
  std::vector<Looked> looked(films.size());
  std::mutex mutex;
  std::optional<Error> failure;
  std::size_t done = 0;
  progress.begin("maps", films.size());
  parallel_for(films.size(), hardware_threads(), [&](std::size_t i) {
    auto one = looker.look(films[i]);
    const std::lock_guard lock(mutex);
    progress.at(++done, "");
    if (one) {
      looked[i] = *std::move(one);
    } else if (!failure) {
      failure = std::move(one).error();
    }
  });
  if (failure) {
    return *std::move(failure);
  }
  progress.end(counted(static_cast<std::int64_t>(films.size()), "film"));
  return looked;
}

Result<Pointing> point(const std::vector<const Looked*>& films, double tolerance) {
  std::vector<HeatMap> maps;
  std::vector<std::vector<Box>> boxes;
  for (const Looked* film : films) {
    maps.push_back(film->trained);
    boxes.push_back(film->boxes);
  }
  Pointing pointing;
  OSLER_TRY(pointing.game, explain::saliency::pointing_game(maps, boxes, tolerance));
  pointing.rate = evaluate::metrics::proportion(pointing.game.hits, pointing.game.films);
  return pointing;
}

// Where the model's data set has each picture.
Result<std::map<crypto::Digest, std::string>> known_films(Home& home,
                                                          const infer::package::Package& package) {
  OSLER_TRY(const Json provenance, parse_json(package.contents().provenance, "provenance"));
  OSLER_TRY(const std::string reference, json_string(provenance, "dataset"));
  std::map<crypto::Digest, std::string> known;
  // A model that came from another home has its data there.
  const auto version = home.catalogue().find(reference);
  if (!version) {
    return known;
  }
  OSLER_TRY(const auto manifest, home.catalogue().manifest(*version));
  for (const auto& item : manifest.items) {
    if (item.pixels) {
      known.emplace(*item.pixels, item.split);
    }
  }
  return known;
}

Result<void> check_against_chance(const std::vector<Looked>& films, const MapsRequest& request,
                                  MapScores& scores) {
  std::vector<HeatMap> trained;
  std::vector<HeatMap> random;
  std::size_t hits = 0;
  for (const auto& film : films) {
    for (const auto& map : film.randomised) {
      trained.push_back(film.trained);
      random.push_back(map);
      hits += explain::saliency::pointing_hit(map, film.boxes, request.tolerance) ? 1U : 0U;
    }
  }
  OSLER_TRY(scores.randomisation, explain::saliency::randomisation_check(trained, random));
  scores.randomisation.films = films.size();
  scores.randomised_rate = static_cast<double>(hits) / static_cast<double>(random.size());
  return {};
}

}  // namespace

Result<MapScores> score_maps(Home& home, const MapsRequest& request, Progress& progress) {
  OSLER_TRY(const auto films, read_boxes(request.boxes));
  MapScores scores;
  OSLER_TRY(scores.model, find_model(home, request.model));
  OSLER_TRY(const auto package, open_model(home, scores.model));
  OSLER_TRY(const Json document, parse_json(package.contents().transform, "transform"));
  OSLER_TRY(const auto transform, imaging::transform::spec_from_json(document));
  OSLER_TRY(auto trained, load(package.contents().onnx));
  std::vector<Network> randomised;
  for (std::size_t i = 0; i < request.randomised; ++i) {
    OSLER_TRY(const auto bytes,
              infer::onnx::randomise_weights(package.contents().onnx, request.seed + i));
    OSLER_TRY(auto network, load(bytes));
    randomised.push_back(std::move(network));
  }
  OSLER_TRY(auto decoder, dicom::decode::Decoder::create());
  const Looker looker(request, transform, std::move(trained), std::move(randomised), decoder);
  OSLER_TRY(const auto looked, look_at_all(looker, films, progress));
  OSLER_TRY(const auto known, known_films(home, package));
  std::vector<const Looked*> all;
  std::map<std::string, std::vector<const Looked*>> parts;
  for (const auto& film : looked) {
    const auto found = known.find(film.pixels);
    all.push_back(&film);
    parts[found == known.end() ? "new" : found->second].push_back(&film);
    scores.boxes += film.boxes.size();
  }
  OSLER_TRY(scores.all, point(all, request.tolerance));
  for (const auto& [name, members] : parts) {
    OSLER_TRY(scores.parts[name], point(members, request.tolerance));
  }
  OSLER_TRY_DO(check_against_chance(looked, request, scores));
  return scores;
}

namespace {

Json to_json(const Pointing& pointing) {
  return {{"films", pointing.game.films},
          {"hits", pointing.game.hits},
          {"chance", pointing.game.chance},
          {"rate",
           {{"value", pointing.rate.value},
            {"lower", pointing.rate.lower},
            {"upper", pointing.rate.upper},
            {"n", pointing.rate.n}}}};
}

}  // namespace

Json to_json(const MapScores& scores) {
  Json parts = Json::object();
  for (const auto& [name, pointing] : scores.parts) {
    parts[name] = to_json(pointing);
  }
  return {{"model", scores.model.name},
          {"version", scores.model.version},
          {"digest", scores.model.digest},
          {"boxes", scores.boxes},
          {"pointing", to_json(scores.all)},
          {"parts", std::move(parts)},
          {"randomised",
           {{"correlation", scores.randomisation.mean_correlation},
            {"passed", scores.randomisation.passed},
            {"rate", scores.randomised_rate}}}};
}

}  // namespace osler::workflow
