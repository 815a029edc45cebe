#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace lorascope::test {

/// A matrix in the test's own memory, rows one after the other.
struct Matrix {
  std::int64_t rows = 0, columns = 0;
  std::vector<double> values;

  double& at(std::int64_t row, std::int64_t column) { return values[row * columns + column]; }
  double at(std::int64_t row, std::int64_t column) const { return values[row * columns + column]; }
};

Matrix random_matrix(std::int64_t rows, std::int64_t columns, unsigned seed);
Matrix product(const Matrix& a, const Matrix& b);
/// a + factor · b.
Matrix sum(const Matrix& a, const Matrix& b, double factor);
double norm(const Matrix& matrix);
/// All singular values, the largest first, by one-sided Jacobi rotations of the dense matrix.
std::vector<double> singular_values(Matrix matrix);

using Tensors = std::map<std::string, Matrix>;

/// A safetensors file of F32 (`type` "BF16": cut to 16 bits) tensors, written without the program's own code.
void write_tensors(const std::filesystem::path& file, const Tensors& tensors, const std::string& type = "F32");
/// The F32 tensors of a safetensors file.
Tensors read_tensors(const std::filesystem::path& file);

/// An adapter folder with A [R,in] and B [out,R] for each module, under PEFT's names.
struct AdapterSample {
  std::int64_t rank = 3, out = 12, in = 10;
  double alpha = 6;
  unsigned seed = 1;
  std::vector<std::string> modules = {"model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj"};
  Json config = Json::object();  ///< keys beside and instead of the usual ones
};
Tensors write_adapter(const std::filesystem::path& folder, const AdapterSample& sample, const std::string& type = "F32");

/// scaling · B A of a module.
Matrix update(const Tensors& tensors, const std::string& module, double scaling);

}  // namespace lorascope::test
