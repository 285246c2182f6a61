; Windows: the scheme of links, and the folder of hive.cmd in the PATH. PowerShell sets the latter, because the strings of
; NSIS end at 1,024 characters and would cut a long PATH off.
!include "WinMessages.nsh"

!macro changePath CHANGE
  nsExec::Exec 'powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "$INSTDIR\resources\cli\path.ps1" ${CHANGE} $installMode'
  Pop $0
  ; Programs that are started from now on see it.
  SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=5000
!macroend

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\hive" "" "URL:Hive Console"
  WriteRegStr SHELL_CONTEXT "Software\Classes\hive" "URL Protocol" ""
  WriteRegStr SHELL_CONTEXT "Software\Classes\hive\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  !insertmacro changePath add
!macroend

!macro customUnInstall
  ${ifNot} ${isUpdated}
    DeleteRegKey SHELL_CONTEXT "Software\Classes\hive"
    !insertmacro changePath remove
  ${endIf}
!macroend
