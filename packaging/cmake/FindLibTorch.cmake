# Finds LibTorch without asking for a CUDA toolkit: links torch_cpu and c10 only. The CUDA library, where there is one,
# is loaded at run time. Defines the imported target LibTorch::LibTorch and LibTorch_VERSION.
#   LORASCOPE_LIBTORCH  folder with include/, lib/ (and share/)
find_path(LibTorch_INCLUDE_DIR NAMES ATen/ATen.h PATHS "${LORASCOPE_LIBTORCH}/include" NO_DEFAULT_PATH)
find_library(LibTorch_CPU_LIBRARY NAMES torch_cpu PATHS "${LORASCOPE_LIBTORCH}/lib" NO_DEFAULT_PATH)
find_library(LibTorch_C10_LIBRARY NAMES c10 PATHS "${LORASCOPE_LIBTORCH}/lib" NO_DEFAULT_PATH)

set(LibTorch_VERSION "")
set(version_text "")
foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
  if(LibTorch_INCLUDE_DIR AND NOT version_text AND EXISTS "${LibTorch_INCLUDE_DIR}/${header}")
    file(READ "${LibTorch_INCLUDE_DIR}/${header}" version_text)
  endif()
endforeach()
if(version_text MATCHES "TORCH_VERSION_MAJOR ([0-9]+).*TORCH_VERSION_MINOR ([0-9]+).*TORCH_VERSION_PATCH ([0-9]+)")
  set(LibTorch_VERSION "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_CPU_LIBRARY LibTorch_C10_LIBRARY LibTorch_INCLUDE_DIR
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run ./quickstart once, or give -DLORASCOPE_LIBTORCH=DIR")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::C10 SHARED IMPORTED)
  set_target_properties(LibTorch::C10 PROPERTIES IMPORTED_LOCATION "${LibTorch_C10_LIBRARY}")
  add_library(LibTorch::LibTorch SHARED IMPORTED)
  set_target_properties(LibTorch::LibTorch PROPERTIES
    IMPORTED_LOCATION "${LibTorch_CPU_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES
      "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
    INTERFACE_LINK_LIBRARIES LibTorch::C10
    INTERFACE_LINK_OPTIONS "-Wl,-rpath-link,${LORASCOPE_LIBTORCH}/lib")
endif()
