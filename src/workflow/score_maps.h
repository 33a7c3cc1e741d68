#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/json.h"
#include "base/progress.h"
#include "base/result.h"
#include "evaluate/metrics/estimate.h"
#include "explain/saliency/saliency.h"
#include "workflow/home.h"
#include "workflow/models.h"

namespace osler::workflow {

// Boxes that readers drew, in a table of one row a box, in pixels of the film as stored.
struct BoxTable {
  std::filesystem::path path;
  std::string file_column = "file";  // below the folder of films
  std::array<std::string, 4> box_columns{"x", "y", "width", "height"};
  // Only rows where this column has this value; empty: all rows. Rows without a box are left out.
  std::string where_column;
  std::string where_value;
};

struct MapsRequest {
  std::string model;             // "name", "name@2"
  std::filesystem::path folder;  // of films: DICOM, PNG, JPEG
  BoxTable boxes;
  double tolerance = 0.0;      // around a box, in pixels of the network's input
  std::size_t randomised = 3;  // networks of the check, at least 1
  std::uint64_t seed = 1;      // of their weights
};

// The pointing game on some films.
struct Pointing {
  explain::saliency::PointingGame game;
  evaluate::metrics::Estimate rate;  // hits by films, Wilson
};

struct MapScores {
  ModelVersion model;
  Pointing all;
  // By what the network knew of the film: "train", "validation", "test", or "new" to its data set.
  std::map<std::string, Pointing> parts;
  std::size_t boxes = 0;
  // The same films by networks of the same shape with random weights: a map that does not change
  // with them shows the picture's edges, not what was learnt (Adebayo et al., NeurIPS 2018).
  explain::saliency::RandomisationCheck randomisation;
  double randomised_rate = 0.0;  // of their hits
};

// Whether the model's maps point at what readers marked (Zhang et al., IJCV 2018), and whether they
// depend on what it learnt. Films outside the intended use are looked at too: this asks where the
// network looks, not what it finds.
//
// NotFound: no such model, folder or film. InvalidArgument: no such column, a box that is no
// rectangle, no box at all. NotSupported: the network has no last map.
[[nodiscard]] Result<MapScores> score_maps(Home& home, const MapsRequest& request,
                                           Progress& progress);

[[nodiscard]] Json to_json(const MapScores& scores);

}  // namespace osler::workflow
