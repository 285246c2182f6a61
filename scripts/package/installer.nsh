; Windows: the scheme of links, and the folder of hive.cmd in the user's PATH. PowerShell sets the latter, because the
; strings of NSIS end at 1,024 characters and would cut a long PATH off.
!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\hive" "" "URL:Hive Console"
  WriteRegStr SHELL_CONTEXT "Software\Classes\hive" "URL Protocol" ""
  WriteRegStr SHELL_CONTEXT "Software\Classes\hive\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  nsExec::Exec `powershell -NoProfile -NonInteractive -Command "$$f = '$INSTDIR\resources\cli'; $$p = @([Environment]::GetEnvironmentVariable('Path', 'User') -split ';' | Where-Object { $$_ -and $$_ -ne $$f }); [Environment]::SetEnvironmentVariable('Path', (($$p + $$f) -join ';'), 'User')"`
  Pop $0
!macroend

!macro customUnInstall
  ${ifNot} ${isUpdated}
    DeleteRegKey SHELL_CONTEXT "Software\Classes\hive"
    nsExec::Exec `powershell -NoProfile -NonInteractive -Command "$$f = '$INSTDIR\resources\cli'; $$p = @([Environment]::GetEnvironmentVariable('Path', 'User') -split ';' | Where-Object { $$_ -and $$_ -ne $$f }); [Environment]::SetEnvironmentVariable('Path', ($$p -join ';'), 'User')"`
    Pop $0
  ${endIf}
!macroend
