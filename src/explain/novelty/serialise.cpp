#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "base/arrays/npy.h"
#include "explain/novelty/internal/state.h"
#include "explain/novelty/novelty.h"

namespace osler::explain::novelty {
namespace {

using arrays::Array;

constexpr double kFormat = 1.0;
constexpr std::size_t kMostFeatures = 4'096;

Error broken(std::string why) {
  return Error(ErrorCode::DataCorrupt, "the novelty detector " + std::move(why));
}

void add_part(std::map<std::string, Array>& to, const std::string& name, const Part& part) {
  const std::size_t size = part.ellipsoid.size;
  if (size > 0) {
    to.emplace(name + "_centre", Array::of<double>({size}, part.ellipsoid.centre));
    to.emplace(name + "_whitening", Array::of<double>({size, size}, part.ellipsoid.whitening));
  }
}

bool all_finite(const std::vector<double>& values) {
  for (const double value : values) {
    if (!std::isfinite(value)) {
      return false;
    }
  }
  return true;
}

Result<std::vector<double>> doubles(const arrays::Npz& npz, const std::string& name) {
  OSLER_TRY(const auto array, npz.read(name));
  const auto values = array.values<double>();
  if (!values) {
    return broken("holds " + array.describe() + " where float64 is expected");
  }
  std::vector<double> copied(values->begin(), values->end());
  if (!all_finite(copied)) {
    return broken("holds a value that is not finite");
  }
  return copied;
}

Result<Part> read_part(const arrays::Npz& npz, const std::string& name, double limit) {
  Part part{.limit = limit};
  if (!npz.contains(name + "_centre")) {
    return part;
  }
  OSLER_TRY(part.ellipsoid.centre, doubles(npz, name + "_centre"));
  OSLER_TRY(part.ellipsoid.whitening, doubles(npz, name + "_whitening"));
  part.ellipsoid.size = part.ellipsoid.centre.size();
  const std::size_t size = part.ellipsoid.size;
  if (size == 0 || size > kMostFeatures || part.ellipsoid.whitening.size() != size * size ||
      !(limit > 0.0)) {
    return broken("holds arrays of sizes that do not fit together");
  }
  return part;
}

}  // namespace

Bytes Detector::serialise() const {
  const std::array settings{kFormat, state_->false_alarm_rate, static_cast<double>(state_->films),
                            state_->features.limit, state_->picture.limit};
  std::map<std::string, Array> all{
      {"settings", Array::of<double>({settings.size()}, std::span<const double>(settings))}};
  add_part(all, "features", state_->features);
  add_part(all, "picture", state_->picture);
  // Only a name twice or no memory could fail here.
  auto bytes = arrays::to_npz(all);
  return bytes ? *std::move(bytes) : Bytes();
}

Result<Detector> Detector::deserialise(BytesView bytes) {
  auto npz = arrays::Npz::from_memory(Bytes(bytes.begin(), bytes.end()), "novelty.npz");
  if (!npz) {
    return broken("cannot be read: " + npz.error().message);
  }
  auto settings = doubles(*npz, "settings");
  if (!settings || settings->size() != 5 || settings->front() != kFormat ||
      !((*settings)[2] >= 0.0 && (*settings)[2] < 1e15)) {
    return broken("has no settings of a format that is known here");
  }
  OSLER_TRY(auto features, read_part(*npz, "features", (*settings)[3]));
  OSLER_TRY(auto picture, read_part(*npz, "picture", (*settings)[4]));
  if (picture.ellipsoid.size != kPictureMeasures.size()) {
    return broken("was fitted on other measures of the picture");
  }
  return Detector(
      std::make_shared<const State>(State{(*settings)[1], static_cast<std::size_t>((*settings)[2]),
                                          std::move(features), std::move(picture)}));
}

}  // namespace osler::explain::novelty
