#include <algorithm>
#include <cmath>

#include "dicom/phantom/internal/cohort.h"

namespace osler::dicom::phantom {
namespace {

double within(Rng& rng, double mean, double deviation) {
  return mean + deviation * std::clamp(rng.normal(), -2.2, 2.2);
}

Exposure draw_exposure(View view, const Vendor& vendor, Rng& rng) {
  const bool ap = view == View::Ap;
  Exposure exposure;
  exposure.kvp = std::round(within(rng, ap ? 90.0 : 120.0, 2.5));
  exposure.relative_dose = std::exp(within(rng, 0.0, ap ? 0.30 : 0.15));
  exposure.no_grid = ap && rng.chance(vendor.computed ? 0.8 : 0.5);
  for (double& blade : exposure.collimation_mm) {
    blade = rng.uniform(-6.0, 8.0);
  }
  exposure.range_offset = within(rng, 0.0, ap ? 0.05 : 0.035);
  exposure.range_gain = within(rng, 1.0, ap ? 0.09 : 0.06);
  return exposure;
}

// An exposure that never reached the patient: one grey level and a flicker of three.
Film blank_film(const Detector& detector, Rng& rng) {
  Film film;
  film.width = detector.short_side;
  film.height = detector.long_side;
  film.exposure.kvp = 120.0;
  const auto base = static_cast<std::uint16_t>((1 << detector.bits) / 12);
  film.samples.resize(static_cast<std::size_t>(film.width) * static_cast<std::size_t>(film.height));
  for (std::uint16_t& sample : film.samples) {
    sample = static_cast<std::uint16_t>(base + rng.below(4));
  }
  return film;
}

// Overexposed beyond the detector's range: most of the film lies at its dark end.
void clip(Plane& grey) {
  std::vector<float> sorted = grey.values;
  const auto cut = static_cast<std::ptrdiff_t>(0.55 * static_cast<double>(sorted.size()));
  std::nth_element(sorted.begin(), sorted.begin() + cut, sorted.end());
  const float dark = sorted[static_cast<std::size_t>(cut)];
  for (float& value : grey.values) {
    value = (value - dark) * 1.6F;
  }
}

}  // namespace

Film make_film(const Cohort& cohort, const Study& study, FileKind kind) {
  const std::uint64_t seed = cohort.options.seed;
  const std::string place =
      std::to_string(study.number) + " " + std::to_string(static_cast<int>(kind));
  Rng rng = Rng::named(seed, "phantom film " + place);
  const Vendor& vendor = vendors()[study.vendor];
  const Detector& detector = vendor.detector;
  if (kind == FileKind::Blank) {
    return blank_film(detector, rng);
  }
  const Body& body = cohort.patients[study.patient].body;
  Posture posture = Posture::draw(study.view, rng);
  Film film;
  film.width = detector.short_side;
  film.height = detector.long_side;
  if (study.view == View::Ap && study.vendor >= 3 && rng.chance(0.5)) {
    std::swap(film.width, film.height);  // the cassette lies across
    posture.pose.zoom *= 0.96;
    posture.pose.shift_mm.y += 4.0;
  }
  const Frame frame(film.width, film.height, detector.spacing_mm, posture.pose);
  const std::array<Lung, 2> lungs{Lung(body, posture, -1), Lung(body, posture, 1)};
  Tissues tissues = project(body, posture, lungs, frame);
  add_variants(body, posture, lungs, frame, rng, tissues);
  add_marker(frame, rng, tissues);
  if (study.truth) {
    // From a stream of its own: a repeated film shows the same opacity.
    Rng opacity = Rng::named(seed, "phantom opacity " + std::to_string(study.number));
    film.opacity = add_opacity(study.subtlety, lungs, frame, opacity, tissues);
  }
  film.exposure = draw_exposure(study.view, vendor, rng);
  Plane grey = expose(tissues, detector, film.exposure, rng);
  if (study.clipped && kind == FileKind::Film) {
    clip(grey);
  }
  film.samples = quantise(grey, detector);
  return film;
}

}  // namespace osler::dicom::phantom
