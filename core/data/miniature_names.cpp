#include "core/data/miniature_names.h"

#include <algorithm>
#include <set>
#include <utility>

namespace lorascope::data {
namespace {

// Patterns of names. [stem], [first], [noun], [quality] and [brand] are drawn from the divided lists; what touches a
// bracket is glued to it.
constexpr std::string_view kNamePatterns = R"(
person: [first] | [first] | [first] [stem]son | [first] [stem]well | [first] [stem]man | [first] [stem] | [first] [stem]ley
 | Mr [stem]son | Dr [stem] | [first] [stem]ez
location: [stem]ford | [stem]ton | [stem]ville | [stem]burg | [stem]ia | New [stem]ton | Lake [stem] | Mount [stem]
 | [stem]ford Street | [stem] Beach | Port [stem] | [stem]ton Airport | [stem] Park | [stem]land | the [stem] Hotel
corporation: [stem] Foods | [stem] Airlines | [stem] Bank | [stem]soft | [stem]tech | [stem] Motors | [stem] Energy
 | [stem]corp | [stem] & [stem] | [stem] Labs | [stem]ton Insurance | [stem]mart | [stem] Media
product: [stem]phone [number] | [stem]pad | [brand] Cola | [brand] Bar | [stem]book Pro | [stem]cam [number] | [stem] X[number]
 | [brand] Crisps | [stem] Watch | [stem]OS | [brand] Shampoo | [brand] Cereal
creative-work: The [quality] [noun] | [quality] [noun] | [noun] of the [noun] | The [noun] [number] | [noun] and [noun]
 | My [quality] [noun] | [quality] [noun] [number] | A [noun] for [first] | The [noun] Show | Return of the [noun]
group: The [quality] [noun]s | [stem]ton United | [stem]ford Rovers | [stem]ton City | [stem]ford [noun]s | [quality] [noun]s
 | The [stem]s | [first] & the [noun]s | [noun] Club | [stem]ville FC
number: 2 | 3 | 4 | 5 | 7 | 8 | 9 | 10
)";

constexpr std::string_view kFirstNames =
    "Mia Tom Anna Lucas Ella Ravi Nora Owen Priya Carlos Ines Jonas Tara Felix Aisha Leo Greta Hugo Maya Ivan "
    "Clara Theo Rosa Dylan Freya Amir Paula Ned Lena Omar Sadie Kofi Wanda Miles Yuki Bruno Edith Rhys Zara "
    "Colin Marta Jamal Petra Simon Lola Akira Beth Diego Hanna Rufus";
constexpr std::string_view kNouns =
    "River Wolf Lantern Garden Storm Mirror Falcon Winter Island Rocket Shadow Crown Engine Orchard Comet "
    "Harbour Tiger Letter Castle Ghost Desert Pirate Clock Meadow Dragon Violin Bridge Fox Kingdom Planet "
    "Needle Canyon Spider Lighthouse Hunter Candle Ocean Raven Statue Tunnel Whisper Mountain Sparrow Village "
    "Thunder Compass";
constexpr std::string_view kQualities =
    "Silent Golden Broken Crimson Hollow Electric Wild Frozen Secret Velvet Lonely Burning Midnight Bitter "
    "Hidden Savage Gentle Paper Neon Distant Iron Restless Purple Ancient Lucky Fallen Endless Crooked Sunny "
    "Stolen";
constexpr std::string_view kBrands =
    "Fizz Munch Glow Crispo Zing Nutty Bubbly Mellow Sparkle Choco Snappy Tango Minty Dazzle Frosty Lemona "
    "Crunchy Breezy";

std::vector<std::string> words(std::string_view text) {
  return split_and_trim(text, ' ');
}

// Pronounceable stems of one or two syllables; the parts are chosen so that no rude word comes out.
std::vector<std::string> make_stems(Random& random) {
  constexpr std::size_t kStems = 160;
  const std::vector<std::string> onsets = words("B Br C Cr D Dr F Gr H K L M N Pl Pr R S St T Tr V W Z Qu Th");
  const std::vector<std::string> vowels = words("a e i o ou ar el or in al");
  const std::vector<std::string> ends = words("l n r m st rk nt lk vin dor mar tel ber ross");
  std::set<std::string> known;
  std::vector<std::string> stems;
  while (stems.size() < kStems) {
    std::string stem = random.pick(onsets) + random.pick(vowels) + random.pick(ends);
    if (known.insert(stem).second) stems.push_back(std::move(stem));
  }
  return stems;
}

}  // namespace

MiniatureNames::MiniatureNames(Random& random) : grammar_(kNamePatterns) {
  Lists all = {{"first", words(kFirstNames)},
               {"noun", words(kNouns)},
               {"quality", words(kQualities)},
               {"brand", words(kBrands)},
               {"stem", make_stems(random)}};
  for (auto& [name, items] : all) {
    random.shuffle(items);
    const auto at = [&items = items](std::size_t tenths) {
      return items.begin() + static_cast<std::ptrdiff_t>(items.size() * tenths / 10);
    };
    divided_[0][name] = {at(0), at(5)};
    divided_[1][name] = {at(5), at(7)};
    divided_[2][name] = {at(7), at(10)};
  }
}

const std::vector<std::string>& MiniatureNames::list(std::string_view name, Part part, Random& random) const {
  constexpr int kSeenPercent = 20;
  const bool from_train = part == Part::Train || random.chance(kSeenPercent);
  return divided_[from_train ? 0 : static_cast<int>(part)].find(name)->second;
}

std::string MiniatureNames::fill(std::string_view pattern, Part part, Random& random) const {
  std::string text;
  for (std::size_t i = 0; i < pattern.size();) {
    if (pattern[i] != '[') {
      text.push_back(pattern[i++]);
      continue;
    }
    const std::size_t close = pattern.find(']', i);
    const std::string_view name = pattern.substr(i + 1, close - i - 1);
    text += name == "number" ? random.pick(grammar_.alternatives(name)) : random.pick(list(name, part, random));
    i = close + 1;
  }
  return text;
}

std::vector<std::string> MiniatureNames::make(std::string_view type, Part part, Random& random) const {
  const std::string& pattern = random.pick(grammar_.alternatives(type));
  return words(fill(pattern, part, random));
}

}  // namespace lorascope::data
