#pragma once

#include <cstdint>
#include <vector>

namespace lorascope::analysis {

/// The triangular factor of the QR decomposition of the matrix whose `count` columns lie one after the other in
/// `columns`, each of `length` values. Overwrites `columns`. Row-major [count,count], zero below the diagonal. Modified
/// Gram-Schmidt, whose R is as exact as Householder's ([Björck]).
std::vector<double> triangular_factor(double* columns, std::int64_t count, std::int64_t length);

/// Singular values in falling order of a row-major [size,size] matrix by one-sided Jacobi rotations, which keep small
/// values exact relative to themselves ([Demmel-Veselić]). For small sizes.
std::vector<double> jacobi_singular_values(std::vector<double> matrix, std::int64_t size);

}  // namespace lorascope::analysis
