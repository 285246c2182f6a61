# Puts the folder of this script into the PATH, or takes it out. What else is in the PATH stays as it was written: variables
# in it are not replaced by what they stand for, as [Environment]::SetEnvironmentVariable would.
param(
  [ValidateSet('add', 'remove')][string] $Change,
  [ValidateSet('all', 'CurrentUser')][string] $For
)
$ErrorActionPreference = 'Stop'
$key = if ($For -eq 'all') {
  [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Control\Session Manager\Environment', $true)
} else {
  [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)
}
$written = $key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
$others = @($written -split ';' | Where-Object { $_ -and $_ -ne $PSScriptRoot })
$wanted = if ($Change -eq 'add') { $others + $PSScriptRoot } else { $others }
$key.SetValue('Path', ($wanted -join ';'), [Microsoft.Win32.RegistryValueKind]::ExpandString)
$key.Close()
