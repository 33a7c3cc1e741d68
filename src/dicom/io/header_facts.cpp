#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "dicom/io/internal/contents.h"
#include "dicom/io/internal/dictionary.h"

namespace osler::dicom::io {
namespace {

constexpr std::size_t kLongest = 64;  // characters of a fact
constexpr std::size_t kMostFacts = 512;
constexpr std::size_t kMostValues = 8;

using Facts = std::map<std::string, std::string>;

// Numbers and addresses of people, orders and visits; names, dates, times and UIDs go by their
// representation.
bool identifies(Tag tag) {
  constexpr std::array kIdentifiers{
      Tag{0x0008, 0x0050}, Tag{0x0008, 0x0051}, Tag{0x0008, 0x0081}, Tag{0x0008, 0x0092},
      Tag{0x0008, 0x0094}, Tag{0x0012, 0x0040}, Tag{0x0012, 0x0042}, Tag{0x0020, 0x0010},
      Tag{0x0032, 0x1032}, Tag{0x0038, 0x0010}, Tag{0x0038, 0x0011}, Tag{0x0038, 0x0060},
      Tag{0x0038, 0x0400}, Tag{0x0040, 0x0009}, Tag{0x0040, 0x0253}, Tag{0x0040, 0x1001},
      Tag{0x0040, 0x1004}, Tag{0x0040, 0x2001}, Tag{0x0040, 0x2010}, Tag{0x0040, 0x2016},
      Tag{0x0040, 0x2017}, Tag{0x0040, 0xA124}, Tag{0x0088, 0x0140}};
  constexpr std::array kOfPatients{0x0040, 0x1010, 0x1020, 0x1030, 0x2160, 0x21A0, 0x21C0};
  if (tag.group == 0x0010) {
    return std::ranges::find(kOfPatients, tag.element) == kOfPatients.end();
  }
  return std::ranges::find(kIdentifiers, tag) != kIdentifiers.end();
}

bool is_short_text(Vr code) {
  constexpr std::array kText{vr("AE"), vr("AS"), vr("CS"), vr("DS"), vr("IS"), vr("LO"),
                             vr("LT"), vr("SH"), vr("ST"), vr("UC"), vr("UT")};
  return std::ranges::find(kText, code) != kText.end();
}

bool is_number(Vr code) {
  constexpr std::array kNumbers{vr("FD"), vr("FL"), vr("SL"), vr("SS"),
                                vr("UL"), vr("US"), vr("SV"), vr("UV")};
  return std::ranges::find(kNumbers, code) != kNumbers.end();
}

std::string plain_number(double number) {
  const std::string text = fixed(number, 6);
  const auto last = text.find_last_not_of('0');
  return text.substr(0, text[last] == '.' ? last : last + 1);
}

// Cut at a character's edge.
std::string shortened(std::string text) {
  if (text.size() <= kLongest) {
    return text;
  }
  std::size_t at = kLongest;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) {
    --at;
  }
  return text.substr(0, at);
}

std::string value_of(const File::Contents& in, const Element& element) {
  if (is_short_text(element.vr)) {
    return shortened(in.text(&element));
  }
  std::vector<std::string> values;
  for (std::size_t i = 0; i < kMostValues; ++i) {
    const auto number = in.number(&element, i);
    if (!number) {
      break;
    }
    values.push_back(plain_number(*number));
  }
  return join(values, "\\");
}

// Words of the patient's name and number that would give them away inside another field.
std::vector<std::string> telling_words(const clinical::Instance& instance) {
  std::vector<std::string> words;
  std::string all = lower(instance.patient_name);
  std::ranges::replace_if(
      all, [](char c) { return c == '^' || c == '=' || c == ',' || c == '\\'; }, ' ');
  for (const auto& word : split(all, ' ')) {
    if (word.size() >= 3) {
      words.push_back(word);
    }
  }
  for (const auto* number :
       {&instance.patient_id, &instance.accession_number, &instance.patient_birth_date}) {
    if (number->size() >= 3) {
      words.push_back(lower(*number));
    }
  }
  return words;
}

// Who owns a private block, by the tag of its creator element; creators precede what they own.
using Owners = std::map<Tag, std::string>;

std::string name_of(const Owners& owners, Tag tag) {
  if (tag.is_private()) {
    const Tag creator{tag.group, static_cast<std::uint16_t>(tag.element >> 8U)};
    const auto owner = owners.find(creator);
    const std::string hex = to_string(tag);
    return "Private_" + (owner == owners.end() ? "" : owner->second) + "_" + hex.substr(1, 4) +
           hex.substr(6, 4);
  }
  const auto keyword = dictionary(tag).keyword;
  return keyword.empty() ? to_string(tag) : std::string(keyword);
}

void add_code(const File::Contents& in, const Element& sequence, Facts& facts) {
  const std::string name = name_of({}, sequence.tag);
  const auto items = in.items(&sequence);
  if (items.empty() || sequence.tag.is_private()) {
    return;
  }
  constexpr std::array kMembers{std::pair{Tag{0x0008, 0x0100}, ".CodeValue"},
                                std::pair{Tag{0x0008, 0x0104}, ".CodeMeaning"}};
  for (const auto& [tag, suffix] : kMembers) {
    if (auto text = shortened(in.text(items.front(), tag)); !text.empty()) {
      facts.emplace(name + suffix, std::move(text));
    }
  }
}

}  // namespace

std::map<std::string, std::string> File::header_facts() const {
  const Contents& in = *contents_;
  Facts facts;
  Owners owners;
  const auto& table = in.table();
  for (std::uint32_t row = 0; row < table.size() && facts.size() < kMostFacts;
       row = table[row].end) {
    const Element& element = table[row];
    const bool pixels = element.tag.group >= 0x5000 && !element.tag.is_private();
    if (element.tag.is_private() && element.tag.element <= 0xFF) {
      owners.emplace(element.tag, in.text(&element));
      continue;
    }
    if (pixels || element.tag.element == 0 || identifies(element.tag)) {
      continue;
    }
    if (element.vr == vr("SQ")) {
      add_code(in, element, facts);
    } else if (is_short_text(element.vr) ||
               (is_number(element.vr) && element.length <= 8 * kMostValues)) {
      if (auto value = value_of(in, element); !value.empty()) {
        facts.emplace(name_of(owners, element.tag), std::move(value));
      }
    }
  }
  if (!in.scanned.implementation_name.empty()) {
    facts.emplace("ImplementationVersionName", shortened(in.scanned.implementation_name));
  }
  const auto words = telling_words(in.instance);
  std::erase_if(facts, [&](const auto& fact) {
    const std::string value = lower(fact.second);
    return std::ranges::any_of(
        words, [&](const auto& word) { return value.find(word) != std::string::npos; });
  });
  return facts;
}

}  // namespace osler::dicom::io
