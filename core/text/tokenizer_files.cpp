#include "core/text/tokenizer_files.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "core/base/utf8.h"
#include "core/text/json_fields.h"
#include "core/text/tokenizer_json.h"

namespace lorascope::text {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t kLargestVocabulary = std::uint64_t{64} << 20;

// The order in which the original adds special tokens that the vocabulary lacks.
using SpecialNames = std::vector<std::pair<std::string, std::string>>;
SpecialNames default_special_names() {
  return {{"unk_token", "[UNK]"},
          {"sep_token", "[SEP]"},
          {"pad_token", "[PAD]"},
          {"cls_token", "[CLS]"},
          {"mask_token", "[MASK]"}};
}

const std::string& name_of(const SpecialNames& names, std::string_view key) {
  return std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == key; })->second;
}

std::vector<std::string> read_vocabulary_lines(const fs::path& file, ProblemList& problems) {
  const std::string content = read_file(file, kLargestVocabulary);
  std::vector<std::string> tokens;
  std::map<std::string_view, std::size_t> lines;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    std::string_view line = std::string_view(content).substr(begin, end - begin);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (find_invalid_utf8(line) != std::string_view::npos) {
      problems.add(file.string() + ":" + std::to_string(tokens.size() + 1), "bytes that are not UTF-8", "a token",
                   "fetch the file again; it must not be converted");
    }
    tokens.emplace_back(line);
    begin = end + 1;
  }
  if (tokens.empty()) problems.add(file.string(), "an empty file", "one token a line");
  if (tokens.size() > static_cast<std::size_t>(kIdLimit)) {
    problems.add(file.string(), std::to_string(tokens.size()) + " lines", "at most " + std::to_string(kIdLimit));
  }
  return tokens;
}

void warn_of_repeats(const fs::path& file, TokenizerParts& parts) {
  std::size_t num_repeats = 0;
  for (std::int32_t id = 0; id < parts.vocabulary.size(); ++id) {
    const std::string& token = parts.vocabulary.token(id);
    if (!token.empty() && parts.vocabulary.find(token) != id) ++num_repeats;
  }
  if (num_repeats == 0) return;
  parts.warnings.push_back(file.string() + ": " + std::to_string(num_repeats) +
                           " tokens occur more than once; the last line of each counts");
}

std::int32_t next_id(const TokenizerParts& parts) {
  std::int32_t next = parts.vocabulary.size();
  for (const AddedToken& token : parts.added_tokens) next = std::max(next, token.id + 1);
  return next;
}

// As the original's add_tokens: a token that is there already keeps its flags; ids come from the vocabulary, else anew.
void add_token(TokenizerParts& parts, AddedToken token) {
  for (const AddedToken& known : parts.added_tokens) {
    if (known.content == token.content) return;
  }
  const std::int32_t id = parts.vocabulary.find(token.content);
  token.id = id >= 0 ? id : next_id(parts);
  parts.added_tokens.push_back(std::move(token));
}

void read_vocabulary(const fs::path& file, const SpecialNames& names, TokenizerParts& parts, ProblemList& problems) {
  parts.vocabulary = Vocabulary(read_vocabulary_lines(file, problems), "##");
  std::map<std::string_view, std::int32_t> ids;
  for (const char* key : {"unk_token", "cls_token", "sep_token"}) {
    ids[key] = parts.vocabulary.find(name_of(names, key));
    if (ids[key] >= 0 || problems.size() > 0) continue;
    problems.add(file.string(),
                 "no " + name_of(names, key) + " among " + std::to_string(parts.vocabulary.size()) + " tokens",
                 "a line with it", "is this the WordPiece vocabulary (vocab.txt) of a BERT model?");
  }
  parts.word_piece.unknown_id = ids["unk_token"];
  parts.single = bert_single_template(ids["cls_token"], ids["sep_token"]);
  parts.pair = bert_pair_template(ids["cls_token"], ids["sep_token"]);
  warn_of_repeats(file, parts);
}

std::string token_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("content") && value["content"].is_string()) {
    return value["content"].get<std::string>();
  }
  return {};
}

// What tokenizer_config.json, special_tokens_map.json and added_tokens.json say.
struct Refinements {
  SpecialNames names = default_special_names();
  std::vector<AddedToken> tokens;  // in the order in which they are to be added; ids are given later
  std::optional<bool> lowercase, handle_chinese_chars;
  std::optional<std::optional<bool>> strip_accents;  // outer: the key is there
  std::optional<int> model_max_length;
  bool has_token_list = false;  // added_tokens_decoder is there: the older files are not read
};

void read_special_names(const JsonFields& root, Refinements& found) {
  for (auto& [key, name] : found.names) {
    const Json& value = root.raw(key.c_str());
    if (value.is_null()) continue;
    const std::string text = token_text(value);
    if (text.empty()) {
      root.problems().add(root.where(key), describe(value), "a token");
    } else {
      name = text;
    }
  }
  const Json& more = root.raw("additional_special_tokens");
  if (!more.is_array()) return;
  for (const Json& value : more) found.tokens.push_back({0, token_text(value), true, false, false, false, false});
}

void read_added_tokens_decoder(const JsonFields& root, Refinements& found) {
  const JsonFields decoder = root.child("added_tokens_decoder");
  if (!decoder.object().is_object()) return;
  std::map<long, AddedToken> by_id;
  for (const auto& [key, value] : decoder.object().items()) {
    const JsonFields entry(value, decoder.where(key), root.problems());
    AddedToken token;
    token.content = entry.string("content").value_or("");
    token.special = entry.boolean("special").value_or(false);
    token.normalized = entry.boolean("normalized").value_or(!token.special);
    token.single_word = entry.boolean("single_word").value_or(false);
    token.lstrip = entry.boolean("lstrip").value_or(false);
    token.rstrip = entry.boolean("rstrip").value_or(false);
    char* end = nullptr;
    const long id = std::strtol(key.c_str(), &end, 10);
    if (token.content.empty() || key.empty() || *end != '\0') {
      root.problems().add(entry.path(), describe(value), "an id with an object that has content");
    } else {
      by_id[id] = std::move(token);
    }
  }
  for (auto& [id, token] : by_id) found.tokens.push_back(std::move(token));
}

void read_config(const fs::path& file, Refinements& found, ProblemList& problems) {
  const Json content = read_json_object(file);
  const JsonFields root(content, file.string(), problems);
  found.lowercase = root.boolean("do_lower_case");
  found.handle_chinese_chars = root.boolean("tokenize_chinese_chars");
  if (root.has("strip_accents")) found.strip_accents = root.boolean("strip_accents");
  const Json& length = root.raw("model_max_length");
  // "No limit" is written as a number near 1e30.
  constexpr double kNoLimit = 1e9;
  if (length.is_number() && length.get<double>() >= 1 && length.get<double>() < kNoLimit) {
    found.model_max_length = static_cast<int>(length.get<double>());
  } else if (!length.is_null() && !(length.is_number() && length.get<double>() >= kNoLimit)) {
    problems.add(root.where("model_max_length"), describe(length), "a number of tokens above 0");
  }
  read_special_names(root, found);
  found.has_token_list = root.has("added_tokens_decoder");
  if (found.has_token_list) read_added_tokens_decoder(root, found);
}

// The older files count only where the newer list of tokens is absent, as in the original.
void read_legacy_files(const fs::path& folder, Refinements& found, ProblemList& problems) {
  if (fs::exists(folder / "special_tokens_map.json")) {
    const Json content = read_json_object(folder / "special_tokens_map.json");
    read_special_names(JsonFields(content, (folder / "special_tokens_map.json").string(), problems), found);
  }
  const fs::path file = folder / "added_tokens.json";
  if (!fs::exists(file)) return;
  const Json content = read_json_object(file);
  std::map<std::int64_t, AddedToken> by_id;
  for (const auto& [token, id] : content.items()) {
    if (token.empty() || !id.is_number_integer()) {
      problems.add(file.string() + ": " + describe(Json(token)), describe(id), "a token with its id");
      continue;
    }
    const auto is_named = [&](const auto& entry) { return entry.second == token; };
    const auto is_listed = [&](const AddedToken& listed) { return listed.content == token; };
    const bool special = std::any_of(found.names.begin(), found.names.end(), is_named) ||
                         std::any_of(found.tokens.begin(), found.tokens.end(), is_listed);
    by_id[id.get<std::int64_t>()] = {0, token, special, !special, false, false, false};
  }
  std::vector<AddedToken> tokens;
  for (auto& [id, token] : by_id) tokens.push_back(std::move(token));
  found.tokens.insert(found.tokens.begin(), tokens.begin(), tokens.end());
}

void apply(const Refinements& found, TokenizerParts& parts) {
  if (found.lowercase) parts.normalizer.lowercase = *found.lowercase;
  if (found.handle_chinese_chars) parts.normalizer.handle_chinese_chars = *found.handle_chinese_chars;
  if (found.strip_accents) parts.normalizer.strip_accents = *found.strip_accents;
  parts.model_max_length = found.model_max_length;
  for (const AddedToken& token : found.tokens) {
    if (!token.content.empty()) add_token(parts, token);
  }
  for (const auto& [key, name] : found.names) add_token(parts, {0, name, true, false, false, false, false});
  const std::string& pad = name_of(found.names, "pad_token");
  for (const AddedToken& token : parts.added_tokens) {
    if (token.content == pad) parts.pad_id = token.id;
  }
  parts.finish();
}

void warn_of_guessed_case(const fs::path& folder, bool has_json, const Refinements& found, TokenizerParts& parts) {
  if (found.lowercase) return;
  if (!has_json) {
    parts.warnings.push_back(
        folder.string() +
        ": only vocab.txt says how to tokenize, so the text is lower-cased as the "
        "originals do. For a cased model write {\"do_lower_case\": false} into tokenizer_config.json");
  } else if (!parts.normalizer.lowercase) {
    parts.warnings.push_back(folder.string() +
                             ": tokenizer.json keeps the case and is followed; transformers would "
                             "lower-case, since tokenizer_config.json has no do_lower_case");
  }
}

}  // namespace

TokenizerParts load_vocabulary_file(const fs::path& file, bool cased) {
  TokenizerParts parts;
  ProblemList problems;
  Refinements plain;
  plain.lowercase = !cased;
  read_vocabulary(file, plain.names, parts, problems);
  problems.throw_if_any("cannot read the vocabulary");
  apply(plain, parts);
  return parts;
}

TokenizerParts load_tokenizer_folder(const fs::path& folder) {
  TokenizerParts parts;
  ProblemList problems;
  Refinements found;
  const bool has_json = fs::exists(folder / "tokenizer.json");
  if (!has_json && !fs::exists(folder / "vocab.txt")) {
    problems.add(folder.string(), fs::is_directory(folder) ? "neither tokenizer.json nor vocab.txt" : "no folder",
                 "a model folder with its tokenizer", "copy vocab.txt or tokenizer.json of the base model into it");
    problems.throw_if_any("cannot read the tokenizer");
  }
  if (fs::exists(folder / "tokenizer_config.json")) read_config(folder / "tokenizer_config.json", found, problems);
  if (!found.has_token_list) read_legacy_files(folder, found, problems);
  if (has_json) {
    read_tokenizer_json(folder / "tokenizer.json", parts, problems);
  } else {
    read_vocabulary(folder / "vocab.txt", found.names, parts, problems);
  }
  problems.throw_if_any("cannot read the tokenizer");
  apply(found, parts);
  warn_of_guessed_case(folder, has_json, found, parts);
  return parts;
}

}  // namespace lorascope::text
