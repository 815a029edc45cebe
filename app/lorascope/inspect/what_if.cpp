#include "app/lorascope/inspect/what_if.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "core/base/error.h"

namespace lorascope::app::inspect {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// "bert.encoder.layer.3.attention.self.query" -> 3.
std::int64_t block_of(const std::string& path) {
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
    const std::size_t end = path.find('.', dot + 1);
    if (end == std::string::npos || end == dot + 1) continue;
    const std::string part = path.substr(dot + 1, end - dot - 1);
    if (std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isdigit(c) != 0; }))
      return std::stoll(part);
  }
  return -1;
}

at::Tensor scalings_of_file(const std::string& file, const at::Tensor& like) {
  std::ifstream stream(file);
  if (!stream) throw UsageError("cannot read the scalings in " + file);
  const Json content = Json::parse(stream, nullptr, false);
  const Json* list = &content;
  for (const char* key : {"scalings", "applied"})
    if (content.is_object() && content.contains(key)) list = &content.at(key);
  const auto refuse = [&](const std::string& found) {
    std::vector<std::int64_t> shape = like.sizes().vec();
    throw DataError("cannot use the scalings in " + file,
                    Problem{"scalings", found, "numbers [" + std::to_string(shape[0]) + "][" + std::to_string(shape[1]) +
                            "][" + std::to_string(shape[2]) + "]: tokens, modules, adapters",
                            "start from what `lorascope inspect --json` gives as \"applied\""});
  };
  std::vector<float> values;
  const auto check = [&](const Json& level, std::int64_t size) {
    if (!level.is_array() || static_cast<std::int64_t>(level.size()) != size)
      refuse(level.is_array() ? "a list of " + std::to_string(level.size()) : "no list");
  };
  check(*list, like.size(0));
  for (const Json& token : *list) {
    check(token, like.size(1));
    for (const Json& module : token) {
      check(module, like.size(2));
      for (const Json& value : module) {
        if (!value.is_number()) refuse(value.dump().substr(0, 40));
        values.push_back(value.get<float>());
      }
    }
  }
  return at::tensor(values, at::kFloat).view(like.sizes());
}

[[noreturn]] void refuse_key(const std::string& key, const Json& value, const char* expected) {
  throw UsageError("what_if." + key + ": found " + value.dump().substr(0, 40) + ", expected " + expected);
}

WhatIf::Setting setting_of(const Json& json) {
  WhatIf::Setting setting;
  if (!json.is_object() || !json.contains("value") || !json.at("value").is_number())
    refuse_key("set", json, R"({"adapter", "module", "block", "value"} with a number as value)");
  setting.value = json.at("value").get<double>();
  if (json.contains("adapter")) setting.adapter = json.at("adapter").get<std::string>();
  if (json.contains("module")) setting.module = json.at("module").get<std::string>();
  if (json.contains("block")) setting.block = json.at("block").get<std::int64_t>();
  return setting;
}

}  // namespace

std::int64_t ScalingAxes::adapter(const std::string& name) const {
  const auto found = std::find(adapters.begin(), adapters.end(), name);
  if (found != adapters.end()) return found - adapters.begin();
  throw UsageError("found \"" + name + "\", expected " +
                   (adapters.empty() ? "nothing: this model has no adapters" : "an adapter: " + joined(adapters)));
}

std::vector<std::int64_t> ScalingAxes::modules_of(const std::string& path) const {
  std::vector<std::int64_t> found;
  for (std::size_t l = 0; l < modules.size(); ++l)
    if (modules[l] == path || modules[l].ends_with("." + path)) found.push_back(static_cast<std::int64_t>(l));
  if (!found.empty()) return found;
  throw UsageError("found \"" + path + "\", expected the path of an adapted module or its ending",
                   modules.empty() ? "this model has no adapters" : "for example " + modules.front());
}

std::vector<std::int64_t> ScalingAxes::blocks() const {
  std::vector<std::int64_t> numbers;
  for (const std::string& path : modules) numbers.push_back(block_of(path));
  return numbers;
}

bool WhatIf::empty() const {
  return scalings_file.empty() && settings.empty() && without.empty() && modules_off.empty() && blocks_off.empty();
}

WhatIf WhatIf::from_json(const Json& json) {
  WhatIf what_if;
  if (json.is_null()) return what_if;
  if (!json.is_object()) throw UsageError("what_if: found " + json.dump().substr(0, 40) + ", expected an object");
  for (const auto& [key, value] : json.items()) {
    try {
      if (key == "scalings") {
        value.get_to(what_if.scalings_file);
      } else if (key == "without") {
        value.get_to(what_if.without);
      } else if (key == "modules_off") {
        value.get_to(what_if.modules_off);
      } else if (key == "blocks_off") {
        value.get_to(what_if.blocks_off);
      } else if (key == "set") {
        for (const Json& entry : value) what_if.settings.push_back(setting_of(entry));
      } else {
        throw UsageError("what_if." + key + ": unknown", "use scalings, set, without, modules_off, blocks_off");
      }
    } catch (const Json::exception&) {
      refuse_key(key, value, key == "scalings" ? "the name of a file" : "a list of names or numbers");
    }
  }
  return what_if;
}

at::Tensor WhatIf::changed(const at::Tensor& applied, const ScalingAxes& axes) const {
  at::Tensor result = scalings_file.empty() ? applied.clone() : scalings_of_file(scalings_file, applied);
  const std::vector<std::int64_t> blocks = axes.blocks();
  const auto fill_block = [&](at::Tensor of, std::int64_t block, double value) {
    if (std::find(blocks.begin(), blocks.end(), block) == blocks.end())
      throw UsageError("found block " + std::to_string(block) + ", expected one with adapters");
    for (std::size_t l = 0; l < blocks.size(); ++l)
      if (blocks[l] == block) of.select(1, static_cast<std::int64_t>(l)).fill_(value);
  };
  for (const Setting& setting : settings) {
    at::Tensor of = result;
    if (!setting.adapter.empty()) of = of.narrow(2, axes.adapter(setting.adapter), 1);
    if (setting.block) {
      fill_block(of, *setting.block, setting.value);
    } else if (!setting.module.empty()) {
      for (const std::int64_t l : axes.modules_of(setting.module)) of.select(1, l).fill_(setting.value);
    } else {
      of.fill_(setting.value);
    }
  }
  for (const std::string& name : without) result.select(2, axes.adapter(name)).zero_();
  for (const std::string& path : modules_off)
    for (const std::int64_t l : axes.modules_of(path)) result.select(1, l).zero_();
  for (const std::int64_t block : blocks_off) fill_block(result, block, 0);
  return result;
}

}  // namespace lorascope::app::inspect
