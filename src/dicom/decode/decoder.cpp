#include "dicom/decode/decoder.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/parallel.h"
#include "base/process.h"
#include "base/text.h"
#include "dicom/decode/internal/samples.h"
#include "dicom/decode/internal/wire.h"

namespace osler::dicom::decode {
namespace {

using std::chrono::milliseconds;

template <typename Head>
BytesView bytes_of(const Head& head) {
  return std::as_bytes(std::span(&head, 1));
}

struct Answer {
  WireReply head;
  Bytes body;
};

Error out_of_time(milliseconds timeout) {
  return {ErrorCode::Unavailable, "decoding took longer than " +
                                      fixed(static_cast<double>(timeout.count()) / 1000.0, 1) +
                                      " s and was stopped"};
}

// A child with its budget: it is replaced before its CPU limit can end it in another frame's time.
struct Worker {
  ChildProcess process;
  double busy_seconds = 0.0;
};

std::optional<Work> work_of(io::Codec codec) {
  switch (codec) {
    case io::Codec::Rle:
      return Work::Rle;
    case io::Codec::Jpeg:
      return Work::Jpeg;
    case io::Codec::JpegLs:
      return Work::JpegLs;
    case io::Codec::Jpeg2000:
      return Work::Jpeg2000;
    case io::Codec::DeflatedFrame:
      return Work::DeflatedFrame;
    case io::Codec::None:
    case io::Codec::Opaque:
      return std::nullopt;
  }
  return std::nullopt;
}

WireRequest request_for(const io::File& file, Work work) {
  const auto& layout = file.pixels();
  WireRequest head{.work = work,
                   .rows = static_cast<std::uint32_t>(layout.rows),
                   .columns = static_cast<std::uint32_t>(layout.columns),
                   .samples = static_cast<std::uint16_t>(layout.samples),
                   .bits_allocated = static_cast<std::uint16_t>(layout.bits_allocated),
                   .bits_stored = static_cast<std::uint16_t>(layout.bits_stored),
                   .high_bit = static_cast<std::uint16_t>(layout.high_bit),
                   .is_signed = static_cast<std::uint8_t>(layout.is_signed),
                   .planar = static_cast<std::uint8_t>(layout.planar)};
  head.photometric.set(layout.photometric);
  head.syntax.set(file.syntax().uid);
  return head;
}

// A child's answer is as little trusted as the bytes that it read.
Result<void> check_reply(const WireReply& reply) {
  const Error nonsense(ErrorCode::DataCorrupt, "the decoder gave a nonsensical answer");
  if (reply.magic != kReplyMagic) {
    return nonsense;
  }
  if (reply.status != 0) {
    return reply.length <= kLongestError &&
                   reply.status <= static_cast<std::uint32_t>(ErrorCode::Internal) + 1
               ? Result<void>()
               : Result<void>(nonsense);
  }
  const bool sized =
      reply.width > 0 && reply.width <= 65'535 && reply.height > 0 && reply.height <= 65'535 &&
      (reply.channels == 1 || reply.channels == 3) &&
      (reply.bytes_per_sample == 1 || reply.bytes_per_sample == 2 || reply.bytes_per_sample == 4) &&
      reply.precision <= 8 * reply.bytes_per_sample;
  const std::uint64_t samples = std::uint64_t{reply.width} * reply.height * reply.channels;
  if (!sized || samples > kMostSamples || reply.length != samples * reply.bytes_per_sample) {
    return nonsense;
  }
  return {};
}

Samples samples_of(const Answer& answer) {
  const auto& head = answer.head;
  const int bits = 8 * head.bytes_per_sample;
  return {.bytes = answer.body,
          .width = head.width,
          .height = head.height,
          .channels = head.channels,
          .bits_allocated = bits,
          .bits_stored = head.precision == 0 ? bits : head.precision,
          .high_bit = (head.precision == 0 ? bits : head.precision) - 1};
}

std::uint64_t total(std::span<const BytesView> pieces) {
  std::uint64_t length = 0;
  for (const auto& piece : pieces) {
    length += piece.size();
  }
  return length;
}

}  // namespace

class Decoder::Pool {
 public:
  explicit Pool(DecoderOptions options) : options_(std::move(options)) {}

  Result<Answer> ask(WireRequest head, std::span<const BytesView> pieces) {
    head.length = total(pieces);
    if (head.length > kLongestRequest) {
      return Error(ErrorCode::NotSupported, "a codestream of " + human_bytes(head.length));
    }
    Fate fate = Fate::Answered;
    auto answer = attempt(head, pieces, Start::Idle, fate);
    if (fate == Fate::Gone) {
      // It may have died while it was idle, or of an earlier frame: a fresh one decides.
      answer = attempt(head, pieces, Start::Fresh, fate);
    }
    return answer;
  }

 private:
  static constexpr double kMostBusySeconds = 120.0;

  enum class Start : std::uint8_t { Idle, Fresh };
  enum class Fate : std::uint8_t { Answered, Gone, Late };

  Result<Answer> attempt(const WireRequest& head, std::span<const BytesView> pieces, Start start,
                         Fate& fate) {
    OSLER_TRY(Worker worker, take(start));
    auto answer = exchange(worker, head, pieces, fate);
    const bool keep = answer && worker.busy_seconds < kMostBusySeconds;
    give_back(keep ? std::optional(std::move(worker)) : std::nullopt);
    return answer;
  }

  Result<Worker> take(Start start) {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [&] { return running_ < options_.children; });
    ++running_;
    std::optional<Worker> idle;
    if (!idle_.empty()) {
      idle = std::move(idle_.back());
      idle_.pop_back();
    }
    lock.unlock();
    if (idle && start == Start::Idle) {
      return *std::move(idle);
    }
    // The kernel would end the child with the thread that started it; it ends itself instead when
    // its standard input closes.
    auto child = ChildProcess::start({.program = options_.program,
                                      .arguments = {},
                                      .environment = {},
                                      .error_log = "/dev/null",
                                      .stop_with_parent = false});
    if (!child) {
      give_back(std::nullopt);
      return std::move(child).error();
    }
    return Worker{.process = *std::move(child)};
  }

  void give_back(std::optional<Worker> worker) {
    const std::scoped_lock lock(mutex_);
    --running_;
    if (worker) {
      idle_.push_back(*std::move(worker));
    }
    free_.notify_one();
  }

  Result<Answer> exchange(Worker& worker, const WireRequest& head,
                          std::span<const BytesView> pieces, Fate& fate) {
    const Stopwatch watch;
    const auto left = [&] {
      const auto spent = milliseconds(static_cast<std::int64_t>(watch.seconds() * 1000.0));
      return std::max(milliseconds(0), options_.timeout - spent);
    };
    const auto lost = [&]() -> Error {
      fate = left() <= milliseconds(5) ? Fate::Late : Fate::Gone;  // a wait may end a little early
      return fate == Fate::Late ? out_of_time(options_.timeout)
                                : Error(ErrorCode::DataCorrupt, "the codestream ended the decoder");
    };
    fate = Fate::Answered;
    auto sent = worker.process.write(bytes_of(head), left());
    for (const auto& piece : pieces) {
      sent = sent ? worker.process.write(piece, left()) : std::move(sent);
    }
    const Result<Bytes> reply = sent ? worker.process.read_exactly(sizeof(WireReply), left())
                                     : Result<Bytes>(std::move(sent).error());
    if (!reply) {
      return lost();
    }
    Answer answer;
    std::memcpy(&answer.head, reply->data(), sizeof answer.head);
    OSLER_TRY_DO(check_reply(answer.head));
    auto body = worker.process.read_exactly(answer.head.length, left());
    if (!body) {
      return lost();
    }
    answer.body = *std::move(body);
    worker.busy_seconds += watch.seconds();
    return answer;
  }

  DecoderOptions options_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::size_t running_ = 0;
  std::vector<Worker> idle_;
};

namespace {

Result<Answer> opened(Result<Answer> answer) {
  if (answer && answer->head.status != 0) {
    return Error(static_cast<ErrorCode>(answer->head.status - 1),
                 std::string(as_text(answer->body)));
  }
  return answer;
}

}  // namespace

Decoder::Decoder(std::unique_ptr<Pool> pool) : pool_(std::move(pool)) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Result<Decoder> Decoder::create(const DecoderOptions& options) {
  DecoderOptions chosen = options;
  if (chosen.program.empty()) {
    chosen.program = program_folder() / "osler-decode";
  }
  if (chosen.children == 0) {
    chosen.children = hardware_threads();
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(chosen.program, ignored)) {
    return Error(ErrorCode::NotFound, "osler-decode is not there")
        .at(chosen.program.string())
        .hint("build it with ./x build, or install it beside osler");
  }
  return Decoder(std::make_unique<Pool>(std::move(chosen)));
}

Result<clinical::Image> Decoder::decode(const io::File& file, std::size_t frame) {
  const auto& layout = file.pixels();
  if (layout.storage == io::PixelLayout::Storage::None) {
    return Error(ErrorCode::NotFound, "there is no pixel data");
  }
  if (frame >= layout.frames) {
    return Error(ErrorCode::NotFound, "there is no frame " + std::to_string(frame + 1) + " among " +
                                          std::to_string(layout.frames));
  }
  if (!layout.encapsulated) {
    return unpack(file, frame);
  }
  const auto work = work_of(file.syntax().codec);
  if (!work) {
    return Error(ErrorCode::NotSupported,
                 "pixels in " + std::string(file.syntax().name) + " are not decoded");
  }
  OSLER_TRY(const auto pieces, file.fragments(frame));
  OSLER_TRY(const Answer answer, opened(pool_->ask(request_for(file, *work), pieces)));
  const auto& head = answer.head;
  if (head.width != layout.columns || head.height != layout.rows ||
      head.channels != layout.samples) {
    return Error(ErrorCode::DataCorrupt,
                 "the codestream holds " + std::to_string(head.width) + " x " +
                     std::to_string(head.height) + " pixels, the header says " +
                     std::to_string(layout.columns) + " x " + std::to_string(layout.rows));
  }
  Samples samples = samples_of(answer);
  samples.is_signed = layout.is_signed;
  if (head.precision == 0) {
    samples.bits_stored = std::min(layout.bits_stored, samples.bits_allocated);
    samples.high_bit =
        std::clamp(layout.high_bit, samples.bits_stored - 1, samples.bits_allocated - 1);
  }
  OSLER_TRY(auto values, stored_values(samples));
  return finish(file, frame, std::move(values), head.colour);
}

Result<clinical::Image> Decoder::decode_picture(BytesView bytes) {
  OSLER_TRY(const Answer answer, opened(pool_->ask({}, std::span(&bytes, 1))));
  const Samples samples = samples_of(answer);
  OSLER_TRY(auto values, stored_values(samples));
  clinical::Image image;
  image.width = samples.width;
  image.height = samples.height;
  image.channels = samples.channels;
  image.samples = std::move(values);
  image.bits_stored = samples.bits_stored;
  image.photometric =
      samples.channels == 3 ? clinical::Photometric::Rgb : clinical::Photometric::Monochrome2;
  return image;
}

}  // namespace osler::dicom::decode
