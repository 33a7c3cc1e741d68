#include "dicom/io/charset.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>

#include <iconv.h>

#include "base/text.h"

namespace osler::dicom::io {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Sets of one value, by what iconv calls them (PS3.3 tables C.12-2 and C.12-5). The number also
// names the "ISO 2022 IR n" form (table C.12-3), whose G1 starts as the same set.
struct Named {
  std::string_view term;
  std::string_view iconv_name;
};
constexpr std::array kNamed{
    Named{"100", "ISO-8859-1"},  Named{"101", "ISO-8859-2"},  Named{"109", "ISO-8859-3"},
    Named{"110", "ISO-8859-4"},  Named{"144", "ISO-8859-5"},  Named{"127", "ISO-8859-6"},
    Named{"126", "ISO-8859-7"},  Named{"138", "ISO-8859-8"},  Named{"148", "ISO-8859-9"},
    Named{"203", "ISO-8859-15"}, Named{"166", "TIS-620"},     Named{"13", "SHIFT_JIS"},
    Named{"192", "UTF-8"},       Named{"GB18030", "GB18030"}, Named{"GBK", "GBK"}};

// One code element: what the bytes of a half of the code table mean.
enum class Half : std::uint8_t { Ascii, Latin, Katakana, Jis208, Jis212, Korean, Chinese };
struct Set {
  Half half = Half::Ascii;
  std::string_view iconv_name;
};

struct Escape {
  std::string_view bytes;  // after ESC
  bool upper = false;      // G1: bytes above 127
  Set set;
};
constexpr std::array kEscapes{Escape{"(B", false, {Half::Ascii, ""}},
                              Escape{"(J", false, {Half::Ascii, ""}},
                              Escape{"$B", false, {Half::Jis208, "EUC-JP"}},
                              Escape{"$@", false, {Half::Jis208, "EUC-JP"}},
                              Escape{"$(D", false, {Half::Jis212, "EUC-JP"}},
                              Escape{"$)C", true, {Half::Korean, "EUC-KR"}},
                              Escape{"$)A", true, {Half::Chinese, "EUC-CN"}},
                              Escape{")I", true, {Half::Katakana, "SHIFT_JIS"}},
                              Escape{"-A", true, {Half::Latin, "ISO-8859-1"}},
                              Escape{"-B", true, {Half::Latin, "ISO-8859-2"}},
                              Escape{"-C", true, {Half::Latin, "ISO-8859-3"}},
                              Escape{"-D", true, {Half::Latin, "ISO-8859-4"}},
                              Escape{"-L", true, {Half::Latin, "ISO-8859-5"}},
                              Escape{"-G", true, {Half::Latin, "ISO-8859-6"}},
                              Escape{"-F", true, {Half::Latin, "ISO-8859-7"}},
                              Escape{"-H", true, {Half::Latin, "ISO-8859-8"}},
                              Escape{"-M", true, {Half::Latin, "ISO-8859-9"}},
                              Escape{"-b", true, {Half::Latin, "ISO-8859-15"}},
                              Escape{"-T", true, {Half::Latin, "TIS-620"}}};

// An open conversion to UTF-8.
class Converter {
 public:
  explicit Converter(const std::string& from) : handle_(::iconv_open("UTF-8", from.c_str())) {}
  ~Converter() {
    if (valid()) {
      ::iconv_close(handle_);
    }
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  Converter(Converter&&) = delete;
  Converter& operator=(Converter&&) = delete;

  // Each byte that cannot be converted becomes U+FFFD.
  void append(std::string_view bytes, std::string& out) {
    if (!valid()) {
      append_replacements(bytes.size(), out);
      return;
    }
    ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    char* in = const_cast<char*>(bytes.data());  // iconv's interface; it only reads
    std::size_t in_left = bytes.size();
    std::array<char, 512> buffer{};
    while (in_left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t before = in_left;
      const bool failed =
          ::iconv(handle_, &in, &in_left, &to, &room) == static_cast<std::size_t>(-1);
      out.append(buffer.data(), static_cast<std::size_t>(to - buffer.data()));
      if (failed && room >= 16 && in_left > 0) {
        out += kReplacement;
        ++in;
        --in_left;
      } else if (before == in_left && room == buffer.size()) {
        return;
      }
    }
  }

 private:
  [[nodiscard]] bool valid() const {
    return handle_ != reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr)
  }
  static void append_replacements(std::size_t count, std::string& out) {
    for (std::size_t i = 0; i < count; ++i) {
      out += kReplacement;
    }
  }
  iconv_t handle_;
};

// Opening one loads a table from disk: each thread keeps those that it used.
Converter& converter(std::string_view name) {
  thread_local std::map<std::string, std::unique_ptr<Converter>, std::less<>> open;
  auto found = open.find(name);
  if (found == open.end()) {
    std::string key(name);
    auto made = std::make_unique<Converter>(key);
    found = open.emplace(std::move(key), std::move(made)).first;
  }
  return *found->second;
}

// How many bytes follow a lead byte of UTF-8; nothing where it is none (RFC 3629 section 4).
std::optional<std::size_t> followers(unsigned char lead) {
  if (lead < 0x80) {
    return 0;
  }
  if (lead < 0xC2 || lead > 0xF4) {
    return std::nullopt;
  }
  return lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
}

bool is_valid_utf8(std::string_view text) {
  const auto follows = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; };
  for (std::size_t i = 0; i < text.size();) {
    const auto more = followers(static_cast<unsigned char>(text[i]));
    if (!more || i + *more >= text.size() ||
        !std::ranges::all_of(text.substr(i + 1, *more), follows)) {
      return false;
    }
    i += *more + 1;
  }
  return true;
}

// "ISO_IR 100", "ISO 2022 IR 100", "GB18030" -> "100", "100", "GB18030".
std::string_view short_term(std::string_view term) {
  for (const std::string_view prefix :
       {"ISO_IR ", "ISO 2022 IR ", "ISO-IR ", "ISO IR ", "ISO_IR_", "ISO2022 IR "}) {
    if (term.starts_with(prefix)) {
      return term.substr(prefix.size());
    }
  }
  return term;
}

std::optional<std::string_view> iconv_name(std::string_view term) {
  const auto name = short_term(trim(term));
  const auto* found = std::ranges::find(kNamed, name, &Named::term);
  return found == kNamed.end() ? std::nullopt : std::optional(found->iconv_name);
}

// What G1 means before any escape sequence: the first value's set.
Set initial_upper(std::span<const std::string> character_sets) {
  if (character_sets.empty()) {
    return {};
  }
  const auto name = iconv_name(character_sets.front());
  if (!name) {
    // Many writers leave out the escape sequence that the two sets of 16 bits ask for.
    const auto declares = [&](std::string_view term) {
      return std::ranges::any_of(character_sets,
                                 [&](const auto& set) { return short_term(trim(set)) == term; });
    };
    return declares("149")  ? Set{Half::Korean, "EUC-KR"}
           : declares("58") ? Set{Half::Chinese, "EUC-CN"}
                            : Set{};
  }
  return {*name == "SHIFT_JIS" ? Half::Katakana : Half::Latin, *name};
}

// Text with ISO 2022 code extensions, by the state that its escape sequences set.
class Extended {
 public:
  Extended(std::string_view raw, Set upper, TextKind kind)
      : raw_(raw), first_upper_(upper), upper_(upper), kind_(kind) {}

  std::string convert() {
    while (at_ < raw_.size()) {
      const auto byte = static_cast<unsigned char>(raw_[at_]);
      if (byte == 0x1B && escape()) {
        continue;
      }
      if (byte >= 0x80) {
        take(upper_);
      } else if (byte > 0x20 && lower_.half != Half::Ascii) {
        take(lower_);
      } else {
        if (ends_value(raw_[at_])) {
          lower_ = {};
          upper_ = first_upper_;
        }
        out_ += raw_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  bool escape() {
    const auto rest = raw_.substr(at_ + 1);
    const auto* found = std::ranges::find_if(
        kEscapes, [&](const Escape& escape) { return rest.starts_with(escape.bytes); });
    if (found == kEscapes.end()) {
      out_ += kReplacement;
      ++at_;
      return true;
    }
    (found->upper ? upper_ : lower_) = found->set;
    at_ += 1 + found->bytes.size();
    return true;
  }

  // The longest run of bytes of the same half, in one conversion.
  void take(const Set& set) {
    const bool high = (static_cast<unsigned char>(raw_[at_]) & 0x80U) != 0;
    std::string run;
    const std::size_t width =
        set.half == Half::Latin || set.half == Half::Katakana || set.half == Half::Ascii ? 1 : 2;
    while (at_ < raw_.size() && belongs(raw_[at_], high)) {
      if (at_ + width > raw_.size() || (width == 2 && !belongs(raw_[at_ + 1], high))) {
        flush(set, run);
        out_ += kReplacement;
        ++at_;
        return;
      }
      if (set.half == Half::Jis212) {
        run += '\x8F';
      }
      for (std::size_t i = 0; i < width; ++i) {
        run += static_cast<char>(static_cast<unsigned char>(raw_[at_ + i]) | 0x80U);
      }
      at_ += width;
    }
    flush(set, run);
  }

  static bool belongs(char c, bool high) {
    const auto byte = static_cast<unsigned char>(c);
    return high ? byte >= 0x80 : byte > 0x20 && byte < 0x80;
  }

  void flush(const Set& set, std::string& run) {
    if (!run.empty()) {
      converter(set.iconv_name.empty() ? "ISO-8859-1" : set.iconv_name).append(run, out_);
      run.clear();
    }
  }

  [[nodiscard]] bool ends_value(char c) const {
    return c == '\n' || c == '\r' || c == '\f' || c == '\t' ||
           (c == '\\' && kind_ != TextKind::Single) ||
           (kind_ == TextKind::Name && (c == '^' || c == '='));
  }

  std::string_view raw_;
  Set first_upper_;
  Set lower_{};
  Set upper_;
  TextKind kind_;
  std::size_t at_ = 0;
  std::string out_;
};

std::string_view strip_padding(std::string_view raw) {
  while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\0')) {
    raw.remove_suffix(1);
  }
  return raw;
}

std::string whole(std::string_view raw, std::string_view name) {
  std::string out;
  converter(name).append(raw, out);
  return out;
}

}  // namespace

std::string to_utf8(std::string_view raw, std::span<const std::string> character_sets,
                    TextKind kind) {
  raw = strip_padding(raw);
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  if (std::ranges::all_of(raw, plain)) {
    return std::string(raw);
  }
  const bool escapes = raw.find('\x1B') != std::string_view::npos;
  const auto declared = character_sets.empty() ? std::nullopt : iconv_name(character_sets.front());
  // UTF-8, GB18030 and GBK take no code extensions (PS3.3 C.12.1.1.2).
  if (declared && (*declared == "UTF-8" || *declared == "GB18030" || *declared == "GBK")) {
    return whole(raw, *declared);
  }
  const bool high =
      std::ranges::any_of(raw, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const Set upper = initial_upper(character_sets);
  if (!escapes && upper.half == Half::Ascii && high) {
    return whole(raw, is_valid_utf8(raw) ? "UTF-8" : "ISO-8859-1");
  }
  return Extended(raw, upper, kind).convert();
}

}  // namespace osler::dicom::io
