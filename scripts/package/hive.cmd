@"%~dp0node.exe" "%~dp0hive.cjs" %*
