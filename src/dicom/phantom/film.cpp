#include "dicom/phantom/internal/film.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osler::dicom::phantom {
namespace {

// Attenuation a mm: water at the beam's mean energy, lung at a quarter of its density, what bone
// and metal add.
struct Attenuation {
  explicit Attenuation(double kvp)
      : soft(static_cast<float>(0.0165 + 0.00006 * (120.0 - kvp))),
        lung(0.25F * soft),
        bone(static_cast<float>(0.027 + 0.0004 * (120.0 - kvp))),
        metal(0.75F) {}
  float soft, lung, bone, metal;
};

// A number of variance 1 that is nearly normal: four uniform ones, from one draw.
float quick_normal(Rng& rng) {
  const std::uint64_t word = rng.next();
  const auto sum = static_cast<float>((word & 0xFFFF) + (word >> 16 & 0xFFFF) +
                                      (word >> 32 & 0xFFFF) + (word >> 48));
  return (sum / 65536.0F - 2.0F) * 1.7320508F;
}

// How much of the beam the blades let through: 1 within, a little outside.
float shutter(double inside_mm) {
  constexpr double kPenumbraMm = 1.6;
  return static_cast<float>(std::clamp(0.5 + inside_mm / kPenumbraMm, 0.012, 1.0));
}

// What reaches the detector, relative to the open beam, without noise.
Plane signal_of(const Tissues& tissues, const Detector& detector, const Exposure& exposure) {
  const Attenuation mu(exposure.kvp);
  Plane primary(tissues.soft.width, tissues.soft.height);
  const double width_mm = primary.width * detector.spacing_mm;
  const double height_mm = primary.height * detector.spacing_mm;
  for (int y = 0; y < primary.height; ++y) {
    const double y_mm = (y + 0.5) * detector.spacing_mm;
    const float rows = shutter(
        std::min(y_mm - exposure.collimation_mm[1], height_mm - exposure.collimation_mm[3] - y_mm));
    // The anode shades the beam towards one end.
    const auto heel = static_cast<float>(1.04 - 0.08 * y_mm / height_mm);
    for (int x = 0; x < primary.width; ++x) {
      const std::size_t i = primary.index(x, y);
      const double x_mm = (x + 0.5) * detector.spacing_mm;
      const float columns = shutter(std::min(x_mm - exposure.collimation_mm[0],
                                             width_mm - exposure.collimation_mm[2] - x_mm));
      const float line = mu.soft * tissues.soft.values[i] + mu.lung * tissues.lung.values[i] +
                         mu.bone * tissues.bone.values[i] + mu.metal * tissues.metal.values[i];
      primary.values[i] = std::exp(-line) * rows * columns * heel;
    }
  }
  // Scatter: a wide blur of what leaves the body; air beside the body makes none.
  Plane scatter = primary;
  for (float& value : scatter.values) {
    value = std::min(value, 0.30F);
  }
  blur_coarsely(scatter, 42.0 / detector.spacing_mm, 8);
  const auto share = static_cast<float>(detector.scatter * (exposure.no_grid ? 0.75 : 0.32));
  for (std::size_t i = 0; i < primary.values.size(); ++i) {
    primary.values[i] += share * scatter.values[i];
  }
  blur(primary, detector.blur_px);
  return primary;
}

float quantile(std::vector<float> values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

void add_noise(const Detector& detector, const Exposure& exposure, Rng& rng, Plane& signal) {
  std::vector<float> some;
  for (std::size_t i = 0; i < signal.values.size(); i += 7) {
    some.push_back(signal.values[i]);
  }
  const float middle = quantile(std::move(some), 0.5);
  const auto photons = static_cast<float>(detector.photons * exposure.relative_dose) / middle;
  const auto floor = static_cast<float>(detector.electronic);
  Plane noise(signal.width, signal.height);
  for (std::size_t i = 0; i < signal.values.size(); ++i) {
    const float count = signal.values[i] * photons;
    noise.values[i] = std::sqrt(count + floor * floor) * quick_normal(rng) / photons;
  }
  blur(noise, 0.45);  // light spreads in the phosphor, so neighbours share noise
  for (std::size_t i = 0; i < signal.values.size(); ++i) {
    signal.values[i] = std::max(signal.values[i] + noise.values[i], 0.02F * middle);
  }
  if (detector.grain > 0.0) {
    constexpr double kGrainPx = 2.6;
    Plane grain(signal.width, signal.height);
    for (float& value : grain.values) {
      value = quick_normal(rng);
    }
    blur(grain, kGrainPx);
    const auto gain =
        static_cast<float>(detector.grain * 2.0 * std::sqrt(std::numbers::pi) * kGrainPx);
    for (std::size_t i = 0; i < signal.values.size(); ++i) {
      signal.values[i] *= std::max(1.0F + gain * grain.values[i], 0.1F);
    }
  }
}

// The vendor's processing of the log signal, in place; 0 dark to 1 white.
void process(const Detector& detector, const Exposure& exposure, Plane& density) {
  // The automatic range looks at the middle of the film.
  std::vector<float> centre;
  for (int y = density.height / 8; y < density.height * 7 / 8; y += 3) {
    for (int x = density.width / 8; x < density.width * 7 / 8; x += 3) {
      centre.push_back(density.at(x, y));
    }
  }
  const float low = quantile(centre, 0.02);
  const float high = quantile(std::move(centre), 0.985);
  const auto gain = static_cast<float>(exposure.range_gain);
  const auto offset = static_cast<float>(exposure.range_offset);
  for (float& value : density.values) {
    value = ((value - low) / (high - low) - 0.5F) * gain + 0.5F + offset;
  }
  if (detector.equalise > 0.0) {
    Plane wide = density;
    blur_coarsely(wide, 32.0 / detector.spacing_mm, 6);
    const auto share = static_cast<float>(detector.equalise);
    for (std::size_t i = 0; i < density.values.size(); ++i) {
      density.values[i] -= share * (wide.values[i] - 0.5F);
    }
  }
  if (detector.sharpen > 0.0) {
    Plane near = density;
    blur(near, 3.2 / detector.spacing_mm);
    const auto share = static_cast<float>(detector.sharpen);
    for (std::size_t i = 0; i < density.values.size(); ++i) {
      density.values[i] += share * (density.values[i] - near.values[i]);
    }
  }
  const auto slope = static_cast<float>(4.0 * detector.contrast);
  const auto gamma = static_cast<float>(detector.gamma);
  const auto toe = static_cast<float>(detector.toe);
  const auto sigmoid = [](float x) { return 1.0F / (1.0F + std::exp(-x)); };
  for (float& value : density.values) {
    const float from_middle = value - 0.5F;
    const float steep = sigmoid(slope * from_middle);
    const float curved = gamma == 1.0F ? steep : std::pow(steep, gamma);
    value = toe == 0.0F ? curved : (1.0F - toe) * curved + toe * sigmoid(1.5F * from_middle);
  }
}

}  // namespace

Plane expose(const Tissues& tissues, const Detector& detector, const Exposure& exposure, Rng& rng) {
  Plane plane = signal_of(tissues, detector, exposure);
  add_noise(detector, exposure, rng, plane);
  for (float& value : plane.values) {
    value = -std::log(value);
  }
  process(detector, exposure, plane);
  return plane;
}

std::vector<std::uint16_t> quantise(const Plane& grey, const Detector& detector) {
  const auto most = static_cast<float>((1 << detector.bits) - 1);
  std::vector<std::uint16_t> stored(grey.values.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const float value = std::clamp(grey.values[i], 0.0F, 1.0F);
    stored[i] =
        static_cast<std::uint16_t>(std::lround((detector.inverted ? 1.0F - value : value) * most));
  }
  return stored;
}

}  // namespace osler::dicom::phantom
