#include "core/text/tokenizer_json.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/text/json_fields.h"

namespace lorascope::text {
namespace {

void expect_type(const JsonFields& section, std::initializer_list<const char*> allowed) {
  const std::string type = section.string("type").value_or("");
  if (std::any_of(allowed.begin(), allowed.end(), [&](const char* name) { return type == name; })) return;
  section.problems().add(section.where("type"), describe(section.raw("type")), *allowed.begin(),
                         "Lorascope reads the tokenizers of BERT and DistilBERT models only");
}

std::vector<std::string> read_tokens(const JsonFields& model) {
  std::vector<std::string> tokens;
  const JsonFields vocabulary = model.child("vocab");
  ProblemList& problems = model.problems();
  if (!vocabulary.object().is_object()) return tokens;
  for (const auto& [token, id] : vocabulary.object().items()) {
    const std::string where = vocabulary.path() + "[" + describe(Json(token)) + "]";
    if (!id.is_number_integer() || id < 0 || id >= kIdLimit) {
      problems.add(where, describe(id), "an id from 0 to " + std::to_string(kIdLimit - 1));
      continue;
    }
    const auto place = id.get<std::size_t>();
    if (place >= tokens.size()) tokens.resize(place + 1);
    if (!tokens[place].empty()) {
      problems.add(where, "id " + std::to_string(place) + ", which " + describe(Json(tokens[place])) + " has too",
                   "an id of its own");
    }
    tokens[place] = token;
  }
  if (tokens.empty()) problems.add(vocabulary.path(), "no token", "tokens with their ids");
  return tokens;
}

void read_model(const JsonFields& model, TokenizerParts& parts) {
  if (model.has("type")) expect_type(model, {"WordPiece"});
  parts.vocabulary = Vocabulary(read_tokens(model), model.string("continuing_subword_prefix").value_or("##"));
  const std::string unknown = model.string("unk_token").value_or("[UNK]");
  parts.word_piece.unknown_id = parts.vocabulary.find(unknown);
  if (parts.word_piece.unknown_id < 0) {
    model.problems().add(model.where("unk_token"), describe(Json(unknown)), "a token of the vocabulary");
  }
  parts.word_piece.max_codes = static_cast<std::size_t>(model.index("max_input_chars_per_word", 1 << 30).value_or(100));
}

void read_normalizer(const JsonFields& root, TokenizerParts& parts) {
  const JsonFields section = root.child("normalizer");
  expect_type(section, {"BertNormalizer"});
  parts.normalizer.clean_text = section.boolean("clean_text").value_or(true);
  parts.normalizer.handle_chinese_chars = section.boolean("handle_chinese_chars").value_or(true);
  parts.normalizer.strip_accents = section.boolean("strip_accents");
  parts.normalizer.lowercase = section.boolean("lowercase").value_or(true);
}

void read_added_tokens(const JsonFields& root, TokenizerParts& parts) {
  const Json& list = root.raw("added_tokens");
  if (list.is_null()) return;
  if (!list.is_array()) {
    root.problems().add(root.where("added_tokens"), describe(list), "a list");
    return;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonFields entry(list[i], root.where("added_tokens[" + std::to_string(i) + "]"), root.problems());
    AddedToken token;
    token.content = entry.string("content").value_or("");
    const std::optional<std::int32_t> id = entry.index("id", kIdLimit);
    if (token.content.empty() || !id) {
      root.problems().add(entry.path(), describe(list[i]), "an object with content and id");
      continue;
    }
    token.id = *id;
    token.special = entry.boolean("special").value_or(false);
    token.normalized = entry.boolean("normalized").value_or(!token.special);
    token.single_word = entry.boolean("single_word").value_or(false);
    token.lstrip = entry.boolean("lstrip").value_or(false);
    token.rstrip = entry.boolean("rstrip").value_or(false);
    parts.added_tokens.push_back(std::move(token));
  }
}

// One special token of a template may stand for several ids.
void append_special(const JsonFields& processor, const JsonFields& place, std::int32_t type_id, Template& parts) {
  const std::string name = place.string("id").value_or("");
  const JsonFields known(processor.raw("special_tokens"), processor.where("special_tokens"), processor.problems());
  const JsonFields entry(known.raw(name.c_str()), known.where(name), processor.problems());
  const Json& ids = entry.raw("ids");
  bool is_good = ids.is_array() && !ids.empty();
  for (std::size_t i = 0; is_good && i < ids.size(); ++i) {
    is_good = ids[i].is_number_integer() && ids[i] >= 0 && ids[i] < kIdLimit;
    if (is_good) parts.push_back({false, 0, ids[i].get<std::int32_t>(), type_id});
  }
  if (!is_good) processor.problems().add(entry.path(), describe(entry.object()), "an object with a list of ids");
}

Template read_template(const JsonFields& processor, const char* key, int num_sequences) {
  Template parts;
  std::array<int, 2> num_uses = {0, 0};
  const Json& list = processor.raw(key);
  const std::size_t num_places = list.is_array() ? list.size() : 0;
  for (std::size_t i = 0; i < num_places; ++i) {
    const JsonFields place(list[i], processor.where(std::string(key) + "[" + std::to_string(i) + "]"),
                           processor.problems());
    const bool is_sequence = place.has("Sequence");
    const JsonFields content = place.child(is_sequence ? "Sequence" : "SpecialToken");
    const std::int32_t type_id = content.index("type_id", 2).value_or(0);
    if (!is_sequence) {
      append_special(processor, content, type_id, parts);
      continue;
    }
    const int sequence = content.string("id").value_or("A") == "B" ? 1 : 0;
    ++num_uses[static_cast<std::size_t>(sequence)];
    parts.push_back({true, sequence, 0, type_id});
  }
  if (num_uses[0] != 1 || num_uses[1] != num_sequences - 1) {
    processor.problems().add(processor.where(key), describe(list),
                             num_sequences == 1 ? "a list with sequence A once" : "a list with sequences A and B once");
  }
  return parts;
}

void read_bert_processing(const JsonFields& processor, TokenizerParts& parts) {
  std::array<std::int32_t, 2> ids = {0, 0};
  const char* const keys[] = {"cls", "sep"};
  for (std::size_t i = 0; i < 2; ++i) {
    const Json& value = processor.raw(keys[i]);
    if (value.is_array() && value.size() == 2 && value[1].is_number_integer() && value[1] >= 0 && value[1] < kIdLimit) {
      ids[i] = value[1].get<std::int32_t>();
    } else {
      processor.problems().add(processor.where(keys[i]), describe(value), "a token and its id");
    }
  }
  parts.single = bert_single_template(ids[0], ids[1]);
  parts.pair = bert_pair_template(ids[0], ids[1]);
}

void read_post_processor(const JsonFields& root, TokenizerParts& parts) {
  const JsonFields processor = root.child("post_processor");
  if (processor.string("type") == "BertProcessing") {
    read_bert_processing(processor, parts);
    return;
  }
  expect_type(processor, {"TemplateProcessing", "BertProcessing"});
  parts.single = read_template(processor, "single", 1);
  parts.pair = read_template(processor, "pair", 2);
}

}  // namespace

void read_tokenizer_json(const std::filesystem::path& file, TokenizerParts& parts, ProblemList& problems) {
  const Json content = read_json_object(file);
  const JsonFields root(content, file.string(), problems);
  read_model(root.child("model"), parts);
  read_normalizer(root, parts);
  expect_type(root.child("pre_tokenizer"), {"BertPreTokenizer"});
  read_added_tokens(root, parts);
  read_post_processor(root, parts);
}

}  // namespace lorascope::text
