#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "clinical/image.h"
#include "clinical/instance.h"
#include "dicom/decode/decoder.h"
#include "explain/novelty/novelty.h"
#include "imaging/transform/spec.h"
#include "infer/package/package.h"
#include "workflow/predict.h"

namespace osler::workflow::internal {

// The limits of the intended use, as the package carries them.
struct IntendedUse {
  std::vector<std::string> modality;
  std::vector<std::string> body_part;
  std::vector<std::string> view;
  std::optional<std::array<double, 2>> age_years;
};
[[nodiscard]] Result<IntendedUse> intended_use_from_json(std::string_view text);

// Why a film with this header is outside the intended use; empty: it is inside.
[[nodiscard]] std::string outside_because(const clinical::Instance& instance,
                                          const IntendedUse& use);

// An opened package with what is needed to score films. score() may be called from several threads.
class Scorer {
 public:
  [[nodiscard]] static Result<Scorer> create(infer::package::Package package);

  [[nodiscard]] FilmResult score(const std::string& path, Bytes bytes,
                                 dicom::decode::Decoder& decoder,
                                 const std::filesystem::path& saliency) const;
  [[nodiscard]] const infer::package::Package& package() const { return package_; }

 private:
  explicit Scorer(infer::package::Package package) : package_(std::move(package)) {}
  // The picture's part: transform, novelty, network, reading.
  void score_image(const clinical::Image& image, const std::filesystem::path& saliency,
                   FilmResult& result) const;
  [[nodiscard]] Result<void> draw(const clinical::Image& image,
                                  const infer::engine::Outputs& outputs,
                                  const std::filesystem::path& folder, FilmResult& result) const;

  infer::package::Package package_;
  IntendedUse use_;
  imaging::TransformSpec transform_;
  std::optional<explain::novelty::Detector> novelty_;
  std::string code_;
  std::string label_;
};

}  // namespace osler::workflow::internal
