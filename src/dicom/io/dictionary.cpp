#include "dicom/io/internal/dictionary.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdicent.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/oflog/oflog.h>

namespace osler::dicom::io {
namespace {

struct Row {
  Vr vr = 0;
  std::string keyword;
};

struct Range {
  Tag from{};
  Tag to{};
  Row row;
};

struct Table {
  std::unordered_map<std::uint32_t, Row> exact;
  std::vector<Range> ranges;  // repeating groups: overlays, curves
};

std::uint32_t key(Tag tag) {
  return (std::uint32_t{tag.group} << 16U) | tag.element;
}

Row row_of(const DcmDictEntry& entry) {
  // Two-letter codes in capitals are VRs of the standard; "ox", "xs", "up" and the like are DCMTK's
  // own words for "one of several".
  const char* name = entry.getVR().getVRName();
  Row row{.keyword = entry.getTagName() != nullptr ? entry.getTagName() : ""};
  if (name != nullptr && std::strlen(name) == 2 && name[0] >= 'A' && name[0] <= 'Z') {
    row.vr = static_cast<Vr>((static_cast<unsigned char>(name[0]) << 8U) |
                             static_cast<unsigned char>(name[1]));
  } else if (name != nullptr && std::strcmp(name, "xs") == 0) {
    row.vr = vr("US");
  } else if (name != nullptr && (std::strcmp(name, "ox") == 0 || std::strcmp(name, "px") == 0 ||
                                 std::strcmp(name, "lt") == 0)) {
    row.vr = vr("OW");
  } else if (name != nullptr && std::strcmp(name, "up") == 0) {
    row.vr = vr("UL");
  }
  return row;
}

Table load() {
  Table table;
  auto& dictionary = dcmDataDict.wrlock();
  for (auto at = dictionary.normalBegin(); at != dictionary.normalEnd(); ++at) {
    const DcmDictEntry& entry = **at;
    if (entry.getPrivateCreator() == nullptr && (entry.getGroup() & 1U) == 0) {
      table.exact.emplace(key({entry.getGroup(), entry.getElement()}), row_of(entry));
    }
  }
  for (auto at = dictionary.repeatingBegin(); at != dictionary.repeatingEnd(); ++at) {
    const DcmDictEntry& entry = **at;
    if (entry.getPrivateCreator() == nullptr) {
      table.ranges.push_back({.from = {entry.getGroup(), entry.getElement()},
                              .to = {entry.getUpperGroup(), entry.getUpperElement()},
                              .row = row_of(entry)});
    }
  }
  dcmDataDict.wrunlock();
  return table;
}

bool holds(const Range& range, Tag tag) {
  return !tag.is_private() && tag.group >= range.from.group && tag.group <= range.to.group &&
         tag.element >= range.from.element && tag.element <= range.to.element;
}

}  // namespace

DictionaryEntry dictionary(Tag tag) {
  static const Table table = load();
  if (const auto found = table.exact.find(key(tag)); found != table.exact.end()) {
    return {.vr = found->second.vr, .keyword = found->second.keyword};
  }
  if (tag.element == 0) {
    return {.vr = vr("UL")};  // a group length
  }
  if (tag.is_private()) {
    return tag.element >= 0x10 && tag.element <= 0xFF ? DictionaryEntry{.vr = vr("LO")}
                                                      : DictionaryEntry{};
  }
  const auto found =
      std::ranges::find_if(table.ranges, [&](const Range& range) { return holds(range, tag); });
  return found == table.ranges.end()
             ? DictionaryEntry{}
             : DictionaryEntry{.vr = found->row.vr, .keyword = found->row.keyword};
}

}  // namespace osler::dicom::io
