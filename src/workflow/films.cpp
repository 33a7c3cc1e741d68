#include "workflow/films.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/parallel.h"
#include "base/text.h"
#include "dicom/io/file.h"
#include "imaging/transform/apply.h"

namespace osler::workflow {
namespace {

using arrays::Array;

// The arrays of one .npz object, each read when it is first needed.
class NpzObject {
 public:
  explicit NpzObject(arrays::Npz npz) : npz_(std::move(npz)) {}

  Result<const Array*> array(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = arrays_.find(name);
    if (found != arrays_.end()) {
      return &found->second;
    }
    OSLER_TRY(Array read, npz_.read(name));
    return &arrays_.emplace(name, std::move(read)).first->second;
  }

 private:
  std::mutex mutex_;
  arrays::Npz npz_;
  std::map<std::string, Array> arrays_;
};

std::string attribute(const dataset::Item& item, const std::string& name) {
  const auto found = item.attributes.find(name);
  return found == item.attributes.end() ? "" : found->second;
}

}  // namespace

struct FilmReader::State {
  Home* home = nullptr;
  std::optional<dicom::decode::Decoder> decoder;
  std::mutex mutex;
  std::map<crypto::Digest, std::unique_ptr<NpzObject>> npz;

  Result<NpzObject*> npz_object(const crypto::Digest& digest) {
    const std::lock_guard lock(mutex);
    auto& slot = npz[digest];
    if (slot == nullptr) {
      OSLER_TRY(auto opened, arrays::Npz::open(home->objects().path(digest)));
      slot = std::make_unique<NpzObject>(std::move(opened));
    }
    return slot.get();
  }

  Result<clinical::Image> read(const dataset::Item& item) {
    if (item.media == kMediaNpzRow) {
      OSLER_TRY(NpzObject* const object, npz_object(item.object));
      OSLER_TRY(const Array* const array, object->array(attribute(item, "array")));
      const auto index = parse_integer(attribute(item, "index"));
      return npz_row(*array, static_cast<std::size_t>(index.value_or(-1)));
    }
    OSLER_TRY(Bytes bytes, home->objects().read(item.object));
    if (item.media == kMediaDicom) {
      OSLER_TRY(const auto file, dicom::io::File::parse(std::move(bytes)));
      return decoder->decode(file);
    }
    return decoder->decode_picture(bytes);
  }
};

FilmReader::FilmReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
FilmReader::FilmReader(FilmReader&&) noexcept = default;
FilmReader::~FilmReader() = default;

Result<FilmReader> FilmReader::create(Home& home) {
  auto state = std::make_unique<State>();
  state->home = &home;
  OSLER_TRY(state->decoder, dicom::decode::Decoder::create());
  return FilmReader(std::move(state));
}

Result<clinical::Image> FilmReader::read(const dataset::Item& item) {
  auto image = state_->read(item);
  if (!image) {
    return std::move(image).error().at("film " + item.id);
  }
  return image;
}

dicom::decode::Decoder& FilmReader::decoder() {
  return *state_->decoder;
}

Result<clinical::Image> npz_row(const Array& array, std::size_t index) {
  const auto& shape = array.shape;
  const bool grey = shape.size() == 3;
  const bool colour = shape.size() == 4 && (shape[3] == 1 || shape[3] == 3);
  if ((!grey && !colour) || array.type != arrays::Type::U8) {
    return Error(ErrorCode::InvalidArgument,
                 "images must be [n, height, width] of uint8, not " + array.describe())
        .hint("save them again with that shape and type");
  }
  if (shape[1] == 0 || shape[2] == 0) {
    return Error(ErrorCode::InvalidArgument, "images of no pixels: " + array.describe())
        .hint("save them again with their pixels");
  }
  if (index >= shape[0]) {
    return Error(ErrorCode::InvalidArgument, "the array has no such row");
  }
  clinical::Image image;
  image.height = shape[1];
  image.width = shape[2];
  image.channels = grey ? 1 : shape[3];
  image.photometric =
      image.channels == 3 ? clinical::Photometric::Rgb : clinical::Photometric::Monochrome2;
  const std::size_t size = image.height * image.width * image.channels;
  OSLER_TRY(const auto values, array.values<std::uint8_t>());
  const auto row = values.subspan(index * size, size);
  image.samples.assign(row.begin(), row.end());
  return image;
}

namespace {

// Transforms the films [first, first + count) into `pixels`, on all threads.
Result<void> transform_films(FilmReader& reader, const dataset::Manifest& manifest,
                             const imaging::TransformSpec& transform, std::size_t first,
                             std::size_t count, std::vector<float>& pixels) {
  const std::size_t size = transform.size[0] * transform.size[1];
  pixels.resize(count * size);
  std::mutex mutex;
  std::optional<Error> failure;
  parallel_for(count, hardware_threads(), [&](std::size_t i) {
    const auto& item = manifest.items[first + i];
    auto image = reader.read(item);
    auto made = image ? imaging::transform::apply(transform, *image)
                      : Result<std::vector<float>>(image.error());
    if (made) {
      std::copy(made->begin(), made->end(), pixels.begin() + static_cast<std::ptrdiff_t>(i * size));
      return;
    }
    const std::lock_guard lock(mutex);
    if (!failure) {
      failure = std::move(made).error().at("film " + item.id);
    }
  });
  if (failure) {
    return *std::move(failure);
  }
  return {};
}

}  // namespace

Result<std::filesystem::path> materialise(Home& home, const dataset::Manifest& manifest,
                                          const imaging::TransformSpec& transform,
                                          Progress& progress) {
  const auto key =
      crypto::sha256(dataset::digest(manifest).hex() + imaging::transform::digest(transform).hex());
  auto path = home.folder() / "cache" / ("tensors-" + key.hex().substr(0, 32) + ".npy");
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return path;
  }
  OSLER_TRY_DO(make_folder(path.parent_path()));
  OSLER_TRY(auto reader, FilmReader::create(home));
  OSLER_TRY(auto writer,
            arrays::NpyWriter::create(path, {1, transform.size[0], transform.size[1]}));
  constexpr std::size_t kChunk = 256;
  std::vector<float> pixels;
  progress.begin("transform", manifest.items.size());
  for (std::size_t first = 0; first < manifest.items.size(); first += kChunk) {
    const std::size_t count = std::min(kChunk, manifest.items.size() - first);
    OSLER_TRY_DO(transform_films(reader, manifest, transform, first, count, pixels));
    OSLER_TRY_DO(writer.append(pixels));
    progress.at(first + count, "");
  }
  OSLER_TRY_DO(writer.finish());
  progress.end(counted(static_cast<std::int64_t>(manifest.items.size()), "film") + " to " +
               std::to_string(transform.size[0]) + " by " + std::to_string(transform.size[1]) +
               " pixels");
  return path;
}

}  // namespace osler::workflow
