#include <array>
#include <span>
#include <string>

#include <iconv.h>

#include "base/check.h"
#include "dicom/phantom/internal/cohort.h"

namespace osler::dicom::phantom {
namespace {

// A group of names that people of one script bear. Components are family name ^ given name; the
// groups after '=' are ideographic and phonetic (PS3.5 §6.2.1).
struct Script {
  const char* character_set;  // (0008,0005)
  const char* encoding;       // for iconv; null: as it stands
  const char* prefix;         // escape before each component that needs it
  double share;
  std::array<const char*, 4> women;
  std::array<const char*, 4> men;
};

constexpr std::array<Script, 12> kScripts{{
    {"",
     nullptr,
     "",
     0.36,
     {"Phantom^Ada", "Testcase^Beatrice", "Synth^Clara^M", "O'Nobody^Dora"},
     {"Phantom^Adam", "Testcase^Bertram", "Synth^Carl^Q^Dr", "Nemo^David"}},
    {"ISO_IR 100",
     "ISO-8859-1",
     "",
     0.16,
     {"Müller-Fiktiv^Änne", "Inventée^Françoise", "Inexistente^Begoña", "Påhitt^Åsa"},
     {"Weiß^Jürgen", "Fictif^Jérôme", "Imaginário^João", "Opdigtet^Søren"}},
    {"ISO_IR 192",
     nullptr,
     "",
     0.14,
     {"Wymyślona^Żaneta", "Hư Cấu^Nguyễn Thị", "Smyšlená^Šárka", "Uydurma^Gülşen"},
     {"Wymyślony^Łukasz", "Hư Cấu^Trần Văn", "Smyšlený^Jiří", "Uydurma^Çağrı"}},
    {"ISO_IR 101",
     "ISO-8859-2",
     "",
     0.05,
     {"Kitalált^Erzsébet", "Fikcyjna^Małgorzata", "Neexistující^Růžena", "Izmišljena^Željka"},
     {"Kitalált^Győző", "Fikcyjny^Stanisław", "Neexistující^Ondřej", "Izmišljeni^Krešimir"}},
    {"\\ISO 2022 IR 87",
     "ISO-2022-JP",
     "",
     0.07,
     {"Kakuu^Hanako=架空^花子=かくう^はなこ", "Souzou^Yuki=想像^雪=そうぞう^ゆき",
      "Kasou^Sakura=仮想^桜=かそう^さくら", "Mohou^Aiko=模倣^愛子=もほう^あいこ"},
     {"Kakuu^Tarou=架空^太郎=かくう^たろう", "Souzou^Ken=想像^健=そうぞう^けん",
      "Kasou^Ichirou=仮想^一郎=かそう^いちろう", "Mohou^Makoto=模倣^誠=もほう^まこと"}},
    {"\\ISO 2022 IR 149",
     "EUC-KR",
     "\x1b$)C",
     0.05,
     {"Gasang^Jihye=假想^智惠=가상^지혜", "Heogu^Minji=虛構^敏智=허구^민지",
      "Sangsang^Sua=想像^秀雅=상상^수아", "Moui^Yuna=模擬^由娜=모의^유나"},
     {"Gasang^Gildong=假想^吉童=가상^길동", "Heogu^Minjun=虛構^民俊=허구^민준",
      "Sangsang^Hoon=想像^勳=상상^훈", "Moui^Jinho=模擬^鎭浩=모의^진호"}},
    {"ISO_IR 126",
     "ISO-8859-7",
     "",
     0.04,
     {"Φανταστική^Ελένη", "Πλαστή^Σοφία", "Υποθετική^Άννα", "Εικονική^Μαρία"},
     {"Φανταστικός^Γιώργος", "Πλαστός^Νίκος", "Υποθετικός^Άρης", "Εικονικός^Κώστας"}},
    {"ISO_IR 144",
     "ISO-8859-5",
     "",
     0.05,
     {"Вымышленная^Ольга", "Условная^Анна", "Примерная^Мария", "Небывалова^Вера"},
     {"Вымышленный^Пётр", "Условный^Иван", "Примеров^Олег", "Небывалов^Юрий"}},
    {"ISO_IR 127",
     "ISO-8859-6",
     "",
     0.02,
     {"خيالي^ليلى", "مختلق^سلمى", "وهمي^نور", "فرضي^هدى"},
     {"خيالي^سامي", "مختلق^كريم", "وهمي^ياسر", "فرضي^عمر"}},
    {"ISO_IR 138",
     "ISO-8859-8",
     "",
     0.02,
     {"בדויה^רות", "דמיונית^נועה", "פיקטיבית^יעל", "מומצאת^שרה"},
     {"בדוי^דוד", "דמיוני^יוסף", "פיקטיבי^משה", "מומצא^אורי"}},
    {"ISO_IR 166",
     "TIS-620",
     "",
     0.02,
     {"สมมติ^มาลี", "จำลอง^สุดา", "นิยาย^วรรณา", "ทดสอบ^ดวงใจ"},
     {"สมมติ^สมชาย", "จำลอง^ประเสริฐ", "นิยาย^วิชัย", "ทดสอบ^อนันต์"}},
    {"GB18030",
     "GB18030",
     "",
     0.02,
     {"Xugou^Mei=虚构^梅", "Jiaxiang^Li=假想^丽", "Moni^Fang=模拟^芳", "Ceshi^Na=测试^娜"},
     {"Xugou^Wei=虚构^伟", "Jiaxiang^Qiang=假想^强", "Moni^Lei=模拟^磊", "Ceshi^Jun=测试^军"}},
}};

bool is_ascii(std::string_view text) {
  for (const char letter : text) {
    if (static_cast<unsigned char>(letter) > 0x7E) {
      return false;
    }
  }
  return true;
}

std::string convert(std::string_view text, const char* encoding) {
  const iconv_t converter = iconv_open(encoding, "UTF-8");
  // NOLINTNEXTLINE(performance-no-int-to-ptr): how POSIX says that there is none
  OSLER_CHECK(converter != reinterpret_cast<iconv_t>(-1));
  std::string input(text);
  std::string output(4 * input.size() + 16, '\0');
  char* from = input.data();
  char* to = output.data();
  std::size_t left = input.size();
  std::size_t room = output.size();
  const bool done = iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1) &&
                    iconv(converter, nullptr, nullptr, &to, &room) != static_cast<std::size_t>(-1);
  iconv_close(converter);
  OSLER_CHECK(done);  // the table above holds only what its encodings can say
  output.resize(output.size() - room);
  return output;
}

// Component by component: a delimiter ends what an escape began (PS3.5 §6.1.2.5.3).
std::string encode(std::string_view name, const Script& script) {
  if (script.encoding == nullptr) {
    return std::string(name);
  }
  std::string result;
  std::string component;
  const auto flush = [&] {
    result += is_ascii(component) ? component : script.prefix + convert(component, script.encoding);
    component.clear();
  };
  for (const char letter : name) {
    if (letter == '^' || letter == '=') {
      flush();
      result += letter;
    } else {
      component += letter;
    }
  }
  flush();
  return result;
}

}  // namespace

EncodedName draw_name(Sex sex, Rng& rng) {
  double at = rng.uniform();
  const Script* script = &kScripts.front();
  for (const Script& candidate : kScripts) {
    if (at < candidate.share) {
      script = &candidate;
      break;
    }
    at -= candidate.share;
  }
  const auto& names = sex == Sex::Female ? script->women : script->men;
  return {script->character_set, encode(names[rng.below(names.size())], *script)};
}

}  // namespace osler::dicom::phantom
