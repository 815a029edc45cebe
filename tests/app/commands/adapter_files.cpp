#include "tests/app/commands/adapter_files.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "core/base/files.h"

namespace lorascope::test {
namespace {

constexpr const char* kWrapper = "base_model.model.";

}  // namespace

Matrix random_matrix(std::int64_t rows, std::int64_t columns, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  Matrix matrix{rows, columns, std::vector<double>(rows * columns)};
  for (double& value : matrix.values) value = normal(generator);  // fp32 numbers, so that files hold them exactly
  return matrix;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix result{a.rows, b.columns, std::vector<double>(a.rows * b.columns)};
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t k = 0; k < a.columns; ++k)
      for (std::int64_t j = 0; j < b.columns; ++j) result.at(i, j) += a.at(i, k) * b.at(k, j);
  return result;
}

Matrix sum(const Matrix& a, const Matrix& b, double factor) {
  Matrix result = a;
  for (std::size_t i = 0; i < a.values.size(); ++i) result.values[i] += factor * b.values[i];
  return result;
}

double norm(const Matrix& matrix) {
  double squares = 0;
  for (const double value : matrix.values) squares += value * value;
  return std::sqrt(squares);
}

std::vector<double> singular_values(Matrix matrix) {
  for (int sweep = 0; sweep < 60; ++sweep)
    for (std::int64_t p = 0; p < matrix.columns; ++p)
      for (std::int64_t q = p + 1; q < matrix.columns; ++q) {
        double pp = 0, qq = 0, pq = 0;
        for (std::int64_t i = 0; i < matrix.rows; ++i) {
          pp += matrix.at(i, p) * matrix.at(i, p);
          qq += matrix.at(i, q) * matrix.at(i, q);
          pq += matrix.at(i, p) * matrix.at(i, q);
        }
        if (std::abs(pq) <= 1e-15 * std::sqrt(pp * qq)) continue;
        const double zeta = (qq - pp) / (2 * pq);
        const double tangent = (zeta >= 0 ? 1 : -1) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
        const double cosine = 1 / std::sqrt(1 + tangent * tangent), sine = cosine * tangent;
        for (std::int64_t i = 0; i < matrix.rows; ++i) {
          const double left = matrix.at(i, p), right = matrix.at(i, q);
          matrix.at(i, p) = cosine * left - sine * right;
          matrix.at(i, q) = sine * left + cosine * right;
        }
      }
  std::vector<double> values;
  for (std::int64_t column = 0; column < matrix.columns; ++column) {
    double squares = 0;
    for (std::int64_t i = 0; i < matrix.rows; ++i) squares += matrix.at(i, column) * matrix.at(i, column);
    values.push_back(std::sqrt(squares));
  }
  std::sort(values.rbegin(), values.rend());
  return values;
}

void write_tensors(const std::filesystem::path& file, const Tensors& tensors, const std::string& type) {
  Json header = {{"__metadata__", {{"format", "pt"}}}};
  std::string bytes;
  for (const auto& [name, matrix] : tensors) {
    const std::size_t begin = bytes.size();
    for (const double value : matrix.values) {
      const auto number = static_cast<float>(value);
      char raw[4];
      std::memcpy(raw, &number, 4);
      if (type == "BF16")
        bytes.append(raw + 2, 2);
      else
        bytes.append(raw, 4);
    }
    header[name] = {{"dtype", type}, {"shape", {matrix.rows, matrix.columns}}, {"data_offsets", {begin, bytes.size()}}};
  }
  const std::string text = header.dump();
  const std::uint64_t length = text.size();
  std::string prefix(8, '\0');
  for (int i = 0; i < 8; ++i) prefix[i] = static_cast<char>(length >> (8 * i) & 0xff);
  write_file_atomically(file, prefix + text + bytes);
}

Tensors read_tensors(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(content[i]);
  Tensors tensors;
  const Json header = Json::parse(content.substr(8, length));
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
    Matrix matrix{shape[0], shape.size() > 1 ? shape[1] : 1, {}};
    const auto begin = entry.at("data_offsets")[0].get<std::uint64_t>();
    for (std::int64_t i = 0; i < matrix.rows * matrix.columns; ++i) {
      float value = 0;
      std::memcpy(&value, content.data() + 8 + length + begin + 4 * i, 4);
      matrix.values.push_back(value);
    }
    tensors[name] = matrix;
  }
  return tensors;
}

Tensors write_adapter(const std::filesystem::path& folder, const AdapterSample& sample, const std::string& type) {
  std::filesystem::create_directories(folder);
  Json config = {{"peft_type", "LORA"}, {"r", sample.rank}, {"lora_alpha", sample.alpha}, {"target_modules", Json::array()}};
  Tensors tensors;
  unsigned seed = sample.seed * 1000;
  for (const std::string& module : sample.modules) {
    config["target_modules"].push_back(module);
    tensors[kWrapper + module + ".lora_A.weight"] = random_matrix(sample.rank, sample.in, ++seed);
    tensors[kWrapper + module + ".lora_B.weight"] = random_matrix(sample.out, sample.rank, ++seed);
  }
  config.update(sample.config);
  write_file_atomically(folder / "adapter_config.json", config.dump(2));
  write_tensors(folder / "adapter_model.safetensors", tensors, type);
  return tensors;
}

Matrix update(const Tensors& tensors, const std::string& module, double scaling) {
  Matrix result = product(tensors.at(kWrapper + module + ".lora_B.weight"), tensors.at(kWrapper + module + ".lora_A.weight"));
  for (double& value : result.values) value *= scaling;
  return result;
}

}  // namespace lorascope::test
