// Every file of the shared DICOM collection, and the decoder with its children.

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <set>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/oflog/oflog.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "dicom/decode/decoder.h"
#include "dicom/io/file.h"
#include "dicom/quality/quality.h"
#include "tests/support/dicom_bytes.h"
#include "tests/support/pictures.h"
#include "tests/support/shared_data.h"

namespace osler::dicom {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      found.push_back(entry.path());
    }
  }
  std::ranges::sort(found);
  return found;
}

decode::Decoder decoder(std::size_t children = 1,
                        std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
  auto made = decode::Decoder::create({.program = {}, .children = children, .timeout = timeout});
  EXPECT_TRUE(made) << made.error().message;
  return *std::move(made);
}

// The children of this process, by number, as the kernel lists them.
std::set<pid_t> children() {
  std::set<pid_t> found;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;) {
      found.insert(child);
    }
  }
  return found;
}

class SharedDicom : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = test::shared_data() / "dicom";
    OSLER_NEEDS(folder_);
  }
  fs::path folder_;
};

TEST_F(SharedDicom, AccountsForEveryFile) {
  std::size_t storable = 0;
  std::size_t refused = 0;
  const auto files = files_below(folder_);
  for (const auto& path : files) {
    auto bytes = read_file(path);
    ASSERT_TRUE(bytes) << bytes.error().message;
    const auto file = io::File::parse(*std::move(bytes));
    const auto stored = file ? file->check_storable() : Result<void>(file.error());
    if (stored) {
      ++storable;
      continue;
    }
    ++refused;
    const auto& error = stored.error();
    std::cout << fs::relative(path, folder_).string() << ": " << error.message << "\n";
    // A sentence that a person can act on, with neither a code name nor a path in it.
    EXPECT_GE(error.message.size(), 9U);
    EXPECT_TRUE(error.code == ErrorCode::NotSupported || error.code == ErrorCode::DataCorrupt);
  }
  std::cout << files.size() << " files, " << storable << " can be stored, " << refused
            << " are refused\n";
  EXPECT_EQ(storable + refused, files.size());
  EXPECT_GE(storable, 330U);
}

// DCMTK reads the same files independently; where it can load one, both must tell the same.
TEST_F(SharedDicom, ReadsHeadersAsDcmtkDoes) {
  OFLog::configure(OFLogger::OFF_LOG_LEVEL);
  const std::vector<std::pair<io::Tag, DcmTagKey>> compared{
      {{0x0008, 0x0018}, DCM_SOPInstanceUID},
      {{0x0008, 0x0060}, DCM_Modality},
      {{0x0008, 0x0070}, DCM_Manufacturer},
      {{0x0010, 0x0020}, DCM_PatientID},
      {{0x0018, 0x0050}, DCM_SliceThickness},
      {{0x0020, 0x000D}, DCM_StudyInstanceUID},
      {{0x0028, 0x0004}, DCM_PhotometricInterpretation}};
  std::size_t loaded = 0;
  for (const auto& path : files_below(folder_)) {
    const auto bytes = read_file(path);
    const auto file = io::File::parse(BytesView(*bytes));
    DcmFileFormat other;
    // What is declared otherwise than it is encoded, DCMTK reads as declared.
    if (!file || file->scan().syntax_disagrees || other.loadFile(path.c_str()).bad()) {
      continue;
    }
    ++loaded;
    auto& set = *other.getDataset();
    for (const auto& [tag, key] : compared) {
      OFString text;
      DcmElement* element = nullptr;
      // What travels as UN, DCMTK leaves as bytes; here the dictionary says what it is.
      if (set.findAndGetElement(key, element).good() && element->ident() == EVR_UN) {
        continue;
      }
      static_cast<void>(set.findAndGetOFString(key, text));
      const std::string ours = file->text(tag);
      EXPECT_EQ(ours.substr(0, ours.find('\\')), std::string(trim(text.c_str())))
          << path << " " << to_string(tag);
    }
    Uint16 rows = 0;
    static_cast<void>(set.findAndGetUint16(DCM_Rows, rows));
    EXPECT_EQ(file->number({0x0028, 0x0010}).value_or(0.0), rows) << path;
  }
  std::cout << loaded << " files read by both\n";
  EXPECT_GE(loaded, 340U);
}

TEST_F(SharedDicom, DecodesOrSaysWhyNot) {
  auto pixels = decoder(2);
  std::size_t decoded = 0;
  std::size_t failed = 0;
  for (const auto& path : files_below(folder_)) {
    auto bytes = read_file(path);
    ASSERT_TRUE(bytes);
    const auto file = io::File::parse(*std::move(bytes));
    if (!file || file->pixels().frames == 0) {
      continue;
    }
    const auto image = pixels.decode(*file, file->pixels().frames - 1);
    if (image) {
      ++decoded;
      EXPECT_EQ(image->samples.size(), image->width * image->height * image->channels);
      static_cast<void>(quality::assess(file->instance(), *image));
      continue;
    }
    ++failed;
    std::cout << fs::relative(path, folder_).string() << ": " << image.error().message << "\n";
  }
  std::cout << decoded << " decoded, " << failed << " not\n";
  EXPECT_GE(decoded, 280U);
}

TEST_F(SharedDicom, AgreesOnOneFilmInFifteenSyntaxes) {
  auto pixels = decoder();
  const auto load = [&](const fs::path& path) {
    auto bytes = read_file(path);
    auto file = io::File::parse(*std::move(bytes));
    EXPECT_TRUE(file) << path;
    auto image = pixels.decode(*file);
    EXPECT_TRUE(image) << path << ": " << image.error().message;
    return *std::move(image);
  };
  const auto raw = load(folder_ / "cornerstone-ts/CTImage.dcm");
  const auto digest = quality::pixel_digest(raw);
  std::size_t same = 0;
  std::map<std::string, float> differences;
  for (const auto& path : files_below(folder_ / "cornerstone-ts")) {
    const std::string name = path.filename().string();
    if (!name.starts_with("CTImage.dcm_")) {
      continue;
    }
    const auto image = load(path);
    ASSERT_EQ(image.samples.size(), raw.samples.size()) << name;
    // The lossy DCT processes were made of an image shifted and cut to 8 or 12 bits.
    if (image.bits_stored < 16) {
      continue;
    }
    same += quality::pixel_digest(image) == digest ? 1U : 0U;
    float& worst = differences[name];
    for (std::size_t i = 0; i < raw.samples.size(); ++i) {
      worst = std::max(worst, std::abs(image.samples[i] - raw.samples[i]));
    }
  }
  EXPECT_EQ(same, 9U);  // 4 plain or deflated, RLE, 2 JPEG lossless, JPEG-LS, JPEG 2000
  for (const auto& [name, worst] : differences) {
    const bool lossy =
        name.find(".4.81") != std::string::npos || name.find(".4.91") != std::string::npos;
    EXPECT_LE(worst, lossy ? 6.0F : 0.0F) << name;
  }
}

// One grey ramp as RLE: a frame that only a child can decode.
io::File ramp() {
  test::DicomBytes set;
  set.identity().geometry(1, 4, 8, 8).head(0x7FE00010, "OB", 0xFFFFFFFF).item(0);
  test::DicomBytes codestream;
  codestream.u32(1)
      .u32(64)
      .raw(std::string(56, '\0'))
      .raw(
          "\x03"
          "abcd")
      .raw(std::string(1, '\0'));
  set.item(static_cast<std::uint32_t>(codestream.str().size()))
      .raw(codestream.str())
      .sequence_end();
  auto file = io::File::parse(test::part10(test::kRle, set.str()));
  EXPECT_TRUE(file) << file.error().message;
  return *std::move(file);
}

TEST(Decoder, OutlivesAKilledChild) {
  auto pixels = decoder();
  const auto file = ramp();
  ASSERT_TRUE(pixels.decode(file));
  const auto before = children();
  ASSERT_EQ(before.size(), 1U);

  ::kill(*before.begin(), SIGKILL);
  const auto image = pixels.decode(file);

  ASSERT_TRUE(image) << image.error().message;
  EXPECT_NE(children(), before);
}

TEST(Decoder, FailsOneFrameOfAChildThatHangs) {
  auto pixels = decoder(1, std::chrono::milliseconds(300));
  const auto file = ramp();
  ASSERT_TRUE(pixels.decode(file));
  const auto hung = children();
  ASSERT_EQ(hung.size(), 1U);
  ::kill(*hung.begin(), SIGSTOP);

  const auto late = pixels.decode(file);
  const auto next = pixels.decode(file);

  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(late.error().message, HasSubstr("longer than 0.3 s"));
  EXPECT_TRUE(next) << next.error().message;
  EXPECT_FALSE(children().contains(*hung.begin()));
}

TEST(Decoder, LetsOthersWorkWhileOneHangs) {
  auto pixels = decoder(2, std::chrono::seconds(1));
  const auto file = ramp();
  ASSERT_TRUE(pixels.decode(file));
  ::kill(*children().begin(), SIGSTOP);
  const auto decode_many = [&] {
    std::size_t failed = 0;
    for (int i = 0; i < 25; ++i) {
      failed += pixels.decode(file) ? 0U : 1U;
    }
    return failed;
  };

  auto other = std::async(std::launch::async, decode_many);
  const std::size_t failed = decode_many() + other.get();

  EXPECT_EQ(failed, 1U);
}

TEST(Decoder, SaysWhatItCannotDecode) {
  auto pixels = decoder();
  test::DicomBytes film;
  film.identity()
      .geometry(1, 4, 8, 8)
      .head(0x7FE00010, "OB", 0xFFFFFFFF)
      .item(0)
      .item(4)
      .raw("film")
      .sequence_end();
  const auto video = io::File::parse(test::part10("1.2.840.10008.1.2.4.102", film.str()));
  const auto broken = io::File::parse(test::part10(test::kJpegLossless, film.str()));
  const auto report =
      io::File::parse(test::part10(test::kExplicit, test::DicomBytes().identity().str()));
  ASSERT_TRUE(video && broken && report);

  EXPECT_EQ(pixels.decode(*video).error().code, ErrorCode::NotSupported);
  EXPECT_EQ(pixels.decode(*broken).error().code, ErrorCode::DataCorrupt);
  EXPECT_EQ(pixels.decode(*report).error().code, ErrorCode::NotFound);
  EXPECT_EQ(pixels.decode(ramp(), 7).error().code, ErrorCode::NotFound);
}

TEST(Decoder, RefusesAProgramThatIsNotThere) {
  const auto made = decode::Decoder::create({.program = "/nowhere/osler-decode"});

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::NotFound);
}

TEST(Decoder, ReadsPictures) {
  auto pixels = decoder();

  const auto png = pixels.decode_picture(as_bytes(test::png(2, 1, 16, 0, "\x12\x34\xAB\xCD")));
  const auto text = pixels.decode_picture(as_bytes("no picture"));

  ASSERT_TRUE(png) << png.error().message;
  EXPECT_EQ(png->bits_stored, 16);
  EXPECT_THAT(png->samples, ::testing::ElementsAre(0x1234, 0xABCD));
  EXPECT_EQ(text.error().code, ErrorCode::NotSupported);
}

class Sandbox : public ::testing::TestWithParam<const char*> {};

TEST_P(Sandbox, EndsTheProcessThatTries) {
  auto child = ChildProcess::start({.program = program_folder() / "osler-decode",
                                    .arguments = {"--probe", GetParam()},
                                    .environment = {},
                                    .error_log = "/dev/null",
                                    .stop_with_parent = true});
  ASSERT_TRUE(child) << child.error().message;
  child->close_input();

  EXPECT_GT(child->wait(), 128);  // ended by a signal
}

INSTANTIATE_TEST_SUITE_P(Escapes, Sandbox,
                         ::testing::Values("open", "connect", "exec", "fork", "ptrace", "memory",
                                           "spin"),
                         [](const auto& row) { return std::string(row.param); });

TEST(Sandbox, HoldsItsLayers) {
  auto child = ChildProcess::start({.program = program_folder() / "osler-decode",
                                    .arguments = {"--probe", "layers"},
                                    .environment = {},
                                    .error_log = "/dev/null",
                                    .stop_with_parent = true});
  ASSERT_TRUE(child);
  std::string layers;
  child->read_lines([&](std::string_view line) { layers = line; });

  EXPECT_EQ(child->wait(), 0);
  EXPECT_THAT(layers, HasSubstr("no_new_privs limits"));
  EXPECT_THAT(layers, HasSubstr("seccomp"));
  std::cout << "layers: " << layers << "\n";
}

}  // namespace
}  // namespace osler::dicom
